package io.pomaidb.flink.vectorsearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream of queries that goes on while the index is overwritten and its old versions are deleted. Row n lies at (n, 0). */
@Tag("every-version")
@Timeout(300)
class StreamingSearchIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final int ROWS = 30;
    private static final int VERSIONS = 4;

    @TempDir
    private Path folder;

    private static List<GenericRowData> rows(String name) {
        return LongStream.range(0, ROWS)
                .mapToObj(id ->
                        GenericRowData.of(id, new GenericArrayData(new float[] {id, 0}), StringData.fromString(name)))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @SuppressWarnings("try") // Of what Flink declares of close().
    void laterQueriesFindWhatWasCommittedMeanwhileAndAnswersStayInOrder(boolean async) throws Exception {
        var index = new SqlIndex(folder, (RowType) DataTypes.ROW(
                        DataTypes.FIELD("id", DataTypes.BIGINT()),
                        DataTypes.FIELD("embedding", DataTypes.ARRAY(DataTypes.FLOAT())),
                        DataTypes.FIELD("name", DataTypes.STRING()))
                .getLogicalType());
        index.write(WriteMode.CREATE, rows("version 1"), "shards", "3", "metric", "l2");
        Sql sql = Sql.streaming();
        sql.session().getConfig().set("parallelism.default", "1");
        sql.run(
                "CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>, name STRING)"
                        + " WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')",
                index.path(), index.cache());
        sql.run("CREATE TABLE ticks (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100',"
                + " 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '100000')");
        sql.run(
                "CREATE TEMPORARY VIEW q AS SELECT n, ARRAY[CAST(MOD(n, %s) AS FLOAT), CAST(0.25 AS FLOAT)] AS vec"
                        + " FROM ticks",
                ROWS);
        String query =
                "SELECT n, id, name FROM q, LATERAL TABLE(VECTOR_SEARCH(TABLE v, DESCRIPTOR(embedding), q.vec, 2,"
                        + " MAP['async', '" + async + "', 'search.refresh-interval', '50 ms']))";

        try (CloseableIterator<Row> hits = sql.session().executeSql(query).collect()) {
            long next = 0;
            for (int version = 1; version <= VERSIONS; version++) {
                String name = "version " + version;
                if (version > 1) {
                    index.write(WriteMode.OVERWRITE, rows(name), "shards", "3", "metric", "l2");
                    index.index().vacuum(VacuumOptions.DEFAULT.withRetention(Duration.ZERO));
                }
                String found = "";
                while (!found.equals(name)) {
                    Row nearest = hits.next();
                    Row second = hits.next();
                    assertThat(nearest.getField(0)).isEqualTo(next);
                    assertThat(second.getField(0)).isEqualTo(next);
                    assertThat(nearest.getField(1)).isEqualTo(next % ROWS);
                    assertThat(second.getField(1)).isIn(next % ROWS - 1, next % ROWS + 1);
                    found = nearest.getFieldAs(2);
                    assertThat(found).isEqualTo(second.getField(2)).isIn(name, "version " + (version - 1));
                    next++;
                }
            }
        }
    }
}
