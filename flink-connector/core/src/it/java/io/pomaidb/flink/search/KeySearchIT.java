package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Row n has the key "n" and lies at (n, 0). */
@Tag("every-version")
class KeySearchIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final int ROWS = PointQueries.ROWS;

    @TempDir
    private Path folder;

    private SqlIndex index(boolean strings) throws Exception {
        var index = new SqlIndex(folder, (RowType) DataTypes.ROW(
                        DataTypes.FIELD("id", strings ? DataTypes.STRING() : DataTypes.BIGINT()),
                        DataTypes.FIELD("embedding", DataTypes.ARRAY(DataTypes.FLOAT())))
                .getLogicalType());
        List<GenericRowData> rows = LongStream.range(0, ROWS)
                .mapToObj(id -> GenericRowData.of(
                        strings ? StringData.fromString("" + id) : (Object) id,
                        new GenericArrayData(new float[] {id, 0})))
                .toList();
        index.write(WriteMode.CREATE, rows, "shards", "5", "metric", "l2");
        return index;
    }

    private static DataStream<Long> queries() {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        return PointQueries.in(environment);
    }

    @Test
    void hitsHaveTheKeysOfTheirRows() throws Exception {
        List<Tuple3<Long, String[], float[]>> hits = PointQueries.search(index(true))
                .searchKeys(queries(), PointQueries::vector)
                .executeAndCollect(ROWS);

        assertThat(hits).hasSize(ROWS - 1);
        hits.forEach(found -> {
            assertThat(found.f1).containsExactly("" + found.f0, "" + (found.f0 + 1));
            assertThat(found.f2).containsExactly(-0.0625f, -0.5625f);
        });
    }

    @Test
    void idsOfTheOtherKindAreRefused() throws Exception {
        SqlIndex strings = index(true);
        assertThatThrownBy(() -> PointQueries.search(strings)
                        .search(queries(), PointQueries::vector)
                        .executeAndCollect(1))
                .hasStackTraceContaining(
                        "for ids: they are strings, of which hits would give the hashes (use searchKeys)");
    }

    @Test
    void keysOfAnIndexOfNumbersAreRefused() throws Exception {
        SqlIndex numbers = index(false);
        assertThatThrownBy(() -> PointQueries.search(numbers)
                        .searchKeys(queries(), PointQueries::vector)
                        .executeAndCollect(1))
                .hasStackTraceContaining("for keys: its ids are numbers (use search)");
    }
}
