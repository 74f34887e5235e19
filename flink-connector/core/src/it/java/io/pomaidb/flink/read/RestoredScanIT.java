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
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
class RestoredScanIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final long ROWS = 20_000;
    private static final AtomicInteger CALLS = new AtomicInteger();

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

    @Test
    void aRestartedScanGivesEachRowOnce() throws Exception {
        var type = (RowType) DataTypes.ROW(
                        DataTypes.FIELD("id", DataTypes.BIGINT()),
                        DataTypes.FIELD("embedding", DataTypes.ARRAY(DataTypes.FLOAT())))
                .getLogicalType();
        var index = new SqlIndex(folder, type);
        var rows = new ArrayList<GenericRowData>();
        for (long id = 0; id < ROWS; id++) {
            rows.add(GenericRowData.of(id, new GenericArrayData(new float[] {id, 0})));
        }
        index.write(WriteMode.CREATE, rows, "shards", "3");
        Sql sql = Sql.streaming();
        sql.session().getConfig().set("execution.checkpointing.interval", "20 ms");
        sql.session().getConfig().set("restart-strategy.type", "fixed-delay");
        sql.session().getConfig().set("restart-strategy.fixed-delay.attempts", "3");
        sql.session().getConfig().set("restart-strategy.fixed-delay.delay", "1 ms");
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
