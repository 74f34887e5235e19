package io.pomaidb.flink.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
class RestoredScanIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final long ROWS = 20_000;
    private static final AtomicInteger CALLS = new AtomicInteger();
    private static final int FAIL_EVERY = 700;
    private static final int FAILURES = 4;

    @TempDir
    private Path folder;

    /** Fails at one row in the middle, and not again. */
    public static final class FailsOnce extends ScalarFunction {
        private static final long serialVersionUID = 1L;

        public Long eval(Long id) {
            if (CALLS.incrementAndGet() == ROWS / 2) {
                throw new IllegalStateException("as it was told");
            }
            return id;
        }

        @Override
        public boolean isDeterministic() {
            return false;
        }
    }

    /** Fails now and then, some times. */
    public static final class FailsSometimes extends ScalarFunction {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger SOME_CALLS = new AtomicInteger();

        public Long eval(Long id) {
            int calls = SOME_CALLS.incrementAndGet();
            if (calls % FAIL_EVERY == 0 && calls / FAIL_EVERY <= FAILURES) {
                throw new IllegalStateException("as it was told");
            }
            return id;
        }

        @Override
        public boolean isDeterministic() {
            return false;
        }
    }

    private SqlIndex index() {
        return SqlIndex.of(folder);
    }

    private static List<GenericRowData> rows(long from, long to, float second) {
        var rows = new ArrayList<GenericRowData>();
        for (long id = from; id < to; id++) {
            rows.add(GenericRowData.of(id, new GenericArrayData(new float[] {id, second})));
        }
        return rows;
    }

    private static Sql restarting() {
        Sql sql = Sql.streaming();
        sql.session().getConfig().set("execution.checkpointing.interval", "20 ms");
        sql.session().getConfig().set("restart-strategy.type", "fixed-delay");
        sql.session().getConfig().set("restart-strategy.fixed-delay.attempts", "10");
        sql.session().getConfig().set("restart-strategy.fixed-delay.delay", "1 ms");
        return sql;
    }

    /** A change that was lost would leave the query waiting; one that was repeated comes in the place of another. */
    @Test
    @Timeout(300)
    @SuppressWarnings("try") // Of what Flink declares of close().
    void aRestartedScanThatFollowsCommitsTellsEachChangeOnce() throws Exception {
        SqlIndex index = index();
        Sql sql = restarting();
        sql.session().createTemporarySystemFunction("fails_sometimes", FailsSometimes.class);
        sql.run(
                """
                CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s', 'scan.mode' = 'continuous',
                  'scan.poll-interval' = '20 ms')
                """,
                index.path(), index.cache());
        try (CloseableIterator<Row> changes = sql.session()
                .executeSql("SELECT fails_sometimes(id), embedding[2] FROM v")
                .collect()) {
            for (int commit = 0; commit < 8; commit++) {
                long first = 300L * commit;
                // The last hundred rows of the commit before change, and three hundred more come.
                long from = commit == 0 ? 100 : first;
                index.write(commit == 0 ? WriteMode.CREATE : WriteMode.APPEND, rows(from, first + 400, commit));
                var expected = new ArrayList<Row>();
                for (long id = from; id < first + 400; id++) {
                    boolean isUpdate = commit > 0 && id < first + 100;
                    if (isUpdate) {
                        expected.add(Row.ofKind(RowKind.UPDATE_BEFORE, id, commit - 1f));
                    }
                    expected.add(Row.ofKind(isUpdate ? RowKind.UPDATE_AFTER : RowKind.INSERT, id, (float) commit));
                }
                var told = new ArrayList<Row>();
                while (told.size() < expected.size()) {
                    told.add(changes.next());
                }
                assertThat(told).as("commit %d", commit).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
        assertThat(FailsSometimes.SOME_CALLS.get()).isGreaterThan(FAIL_EVERY * FAILURES);
    }

    @Test
    void aRestartedScanGivesEachRowOnce() throws Exception {
        SqlIndex index = index();
        index.write(WriteMode.CREATE, rows(0, ROWS, 0), "shards", "3");
        Sql sql = restarting();
        sql.session().createTemporarySystemFunction("fails_once", FailsOnce.class);
        sql.run(
                "CREATE TABLE v (id BIGINT) WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')",
                index.path(), index.cache());

        List<Object> ids = sql.values("SELECT fails_once(id) FROM v");

        assertThat(ids)
                .isEqualTo(LongStream.range(0, ROWS).mapToObj(id -> (Object) id).toList());
        assertThat(CALLS.get()).isGreaterThan((int) ROWS);
    }
}
