package io.pomaidb.flink.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Each commit's changes have to come before the next commit is made: the query's results wait for them. */
@Tag("every-version")
@Timeout(300)
class ContinuousScanIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    private SqlIndex index;
    private CloseableIterator<Row> changes;

    @BeforeEach
    void start() throws Exception {
        index = SqlIndex.of(folder, DataTypes.FIELD("name", DataTypes.STRING()));
        Sql sql = Sql.streaming();
        sql.run(
                """
                CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>, name STRING)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s', 'scan.mode' = 'continuous',
                  'scan.poll-interval' = '50 ms')
                """,
                index.path(), index.cache());
        changes = sql.session().executeSql("SELECT id, name FROM v").collect();
    }

    @AfterEach
    void stop() throws Exception {
        changes.close();
    }

    private void write(WriteMode mode, String name, long... ids) throws Exception {
        List<GenericRowData> rows = LongStream.of(ids)
                .mapToObj(id ->
                        GenericRowData.of(id, new GenericArrayData(new float[] {id, 1}), StringData.fromString(name)))
                .toList();
        if (mode == WriteMode.APPEND) {
            index.write(mode, rows);
        } else {
            index.write(mode, rows, "shards", "2");
        }
    }

    private List<Row> next(int count) {
        var next = new ArrayList<Row>();
        while (next.size() < count) {
            next.add(changes.next());
        }
        return next;
    }

    @Test
    void everyCommitIsToldAsTheChangesThatItMade() throws Exception {
        write(WriteMode.CREATE, "a", 1, 2, 3);
        assertThat(next(3)).containsExactlyInAnyOrder(Row.of(1L, "a"), Row.of(2L, "a"), Row.of(3L, "a"));

        write(WriteMode.APPEND, "b", 3, 4);
        assertThat(next(3))
                .containsExactlyInAnyOrder(
                        Row.ofKind(RowKind.UPDATE_BEFORE, 3L, "a"),
                        Row.ofKind(RowKind.UPDATE_AFTER, 3L, "b"),
                        Row.of(4L, "b"));

        index.index().delete(2, 77);
        assertThat(next(1)).containsExactly(Row.ofKind(RowKind.DELETE, 2L, "a"));

        CompactionPlan.of(index.index(), PomaiOptions.parse(Map.of()), CompactionPolicy.FULL)
                .run(new Configuration(), folder, 1, CompactionPlan.Progress.NONE);
        CompactionPlan.toShards(index.index(), PomaiOptions.parse(Map.of()), 3)
                .run(new Configuration(), folder, 1, CompactionPlan.Progress.NONE);
        write(WriteMode.APPEND, "c", 1);
        assertThat(next(2))
                .containsExactly(Row.ofKind(RowKind.UPDATE_BEFORE, 1L, "a"), Row.ofKind(RowKind.UPDATE_AFTER, 1L, "c"));

        long version = index.index().latestExisting().version();
        write(WriteMode.OVERWRITE, "d", 3, 5);
        assertThat(next(5))
                .containsExactlyInAnyOrder(
                        Row.ofKind(RowKind.UPDATE_BEFORE, 3L, "b"),
                        Row.ofKind(RowKind.UPDATE_AFTER, 3L, "d"),
                        Row.of(5L, "d"),
                        Row.ofKind(RowKind.DELETE, 1L, "c"),
                        Row.ofKind(RowKind.DELETE, 4L, "b"));

        index.index().rollback(version);
        assertThat(next(5))
                .containsExactlyInAnyOrder(
                        Row.ofKind(RowKind.UPDATE_BEFORE, 3L, "d"),
                        Row.ofKind(RowKind.UPDATE_AFTER, 3L, "b"),
                        Row.of(1L, "c"),
                        Row.of(4L, "b"),
                        Row.ofKind(RowKind.DELETE, 5L, "d"));
    }
}
