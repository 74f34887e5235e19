package io.pomaidb.flink.vectorsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.index.Sharding;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows lie on a line: row n at (n, 0), so that the nearest of a query at (x, 0) are known. */
@Tag("every-version")
class VectorSearchIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final int ROWS = 50;

    @TempDir
    private Path folder;

    private SqlIndex index;
    private Sql sql;

    @BeforeEach
    void write() throws Exception {
        index = SqlIndex.of(folder, DataTypes.FIELD("name", DataTypes.STRING()));
        var rows = new ArrayList<GenericRowData>();
        for (long id = 0; id < ROWS; id++) {
            rows.add(GenericRowData.of(
                    id, new GenericArrayData(new float[] {id, 0}), StringData.fromString("row " + id)));
        }
        index.write(WriteMode.CREATE, rows, "shards", "3", "metric", "l2");
        sql = Sql.batch();
        table("v", "ARRAY<FLOAT>");
        table("d", "ARRAY<DOUBLE>");
    }

    private void table(String name, String vectorType) throws Exception {
        sql.run(
                """
                CREATE TABLE %s (id BIGINT, embedding %s, name STRING)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                """,
                name, vectorType, index.path(), index.cache());
    }

    private void queries(String type, String... vectors) throws Exception {
        var values = new ArrayList<String>();
        for (int i = 0; i < vectors.length; i++) {
            values.add("(" + i + ", CAST(" + vectors[i] + " AS " + type + "))");
        }
        sql.run("CREATE TEMPORARY VIEW q AS SELECT * FROM (VALUES %s) AS t(qid, vec)", String.join(", ", values));
    }

    private static String search(String table, int k, String options) {
        return "SELECT qid, id, score FROM q, LATERAL TABLE(VECTOR_SEARCH(TABLE %s, DESCRIPTOR(embedding), q.vec, %d%s))"
                .formatted(table, k, options);
    }

    private static String async(boolean async) {
        return ", MAP['async', '" + async + "']";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNearestRowsAreFoundWithAllColumnsAndTheScoreLast(boolean async) throws Exception {
        queries("ARRAY<FLOAT>", "ARRAY[20.25, 0]", "ARRAY[-1, 0]");

        List<Row> hits = sql.rows(
                "SELECT * FROM q, LATERAL TABLE(VECTOR_SEARCH(TABLE v, DESCRIPTOR(embedding), q.vec, 3, "
                        + "MAP['async', '%s', 'hnsw_ef_search', '128', 'search_threads', '2']))",
                async);

        Float[] at20 = {20.25f, 0f};
        Float[] below = {-1f, 0f};
        assertThat(hits)
                .containsExactlyInAnyOrder(
                        Row.of(0, at20, 20L, new Float[] {20f, 0f}, "row 20", -0.0625),
                        Row.of(0, at20, 21L, new Float[] {21f, 0f}, "row 21", -0.5625),
                        Row.of(0, at20, 19L, new Float[] {19f, 0f}, "row 19", -1.5625),
                        Row.of(1, below, 0L, new Float[] {0f, 0f}, "row 0", -1.0),
                        Row.of(1, below, 1L, new Float[] {1f, 0f}, "row 1", -4.0),
                        Row.of(1, below, 2L, new Float[] {2f, 0f}, "row 2", -9.0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v | ARRAY<FLOAT> | true",
                "v | ARRAY<INT> | true",
                "v | ARRAY<FLOAT> | false",
                "v | ARRAY<INT> | false",
                "d | ARRAY<FLOAT> | true",
                "d | ARRAY<DOUBLE> | false",
                "d | ARRAY<INT> | true",
                "d | ARRAY<BIGINT> | true",
                "d | ARRAY<SMALLINT> | true",
                "d | ARRAY<DECIMAL(10, 3)> | true"
            })
    void queriesOfAnyNumbersFindRowsInFloatsAndDoubles(String table, String type, boolean async) throws Exception {
        queries(type, "ARRAY[7, 0]", "ARRAY[8, 0]", "ARRAY[9, 0]");

        assertThat(sql.rows(search(table, 1, async(async))))
                .containsExactlyInAnyOrder(Row.of(0, 7L, 0.0), Row.of(1, 8L, 0.0), Row.of(2, 9L, 0.0));
    }

    @Test
    void aVectorShownAsDoublesHasTheValuesOfTheFloats() throws Exception {
        queries("ARRAY<DOUBLE>", "ARRAY[7, 0]");

        assertThat(
                        sql.rows(
                                "SELECT embedding FROM q, LATERAL TABLE(VECTOR_SEARCH(TABLE d, DESCRIPTOR(embedding), vec, 1))"))
                .containsExactly(Row.of((Object) new Double[] {7.0, 0.0}));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aQueryThatIsNullFindsNothing(boolean async) throws Exception {
        queries("ARRAY<FLOAT>", "ARRAY[7, 0]", "NULL");

        assertThat(sql.rows(search("v", 1, async(async)))).containsExactly(Row.of(0, 7L, 0.0));
        assertThat(sql.rows(
                        "SELECT qid, id, name, score FROM q LEFT JOIN LATERAL TABLE(VECTOR_SEARCH(TABLE v,"
                                + " DESCRIPTOR(embedding), q.vec, 1%s)) ON TRUE",
                        async(async)))
                .containsExactlyInAnyOrder(Row.of(0, 7L, "row 7", 0.0), Row.of(1, null, null, null));
    }

    @Test
    void moreHitsThanThereAreRowsAreAllRows() throws Exception {
        queries("ARRAY<FLOAT>", "ARRAY[7, 0]");

        assertThat(sql.rows(search("v", 1000, ""))).hasSize(ROWS);
    }

    @Test
    void aLiteralIsAQueryToo() throws Exception {
        assertThat(sql.rows("SELECT id FROM TABLE(VECTOR_SEARCH(TABLE v, DESCRIPTOR(embedding), ARRAY[7.5, 0.0], 2))"))
                .containsExactlyInAnyOrder(Row.of(7L), Row.of(8L));
    }

    /** An alias right behind the search makes Flink lose the column of the query. */
    @Test
    void hitsThatAreNamedByASubqueryAreCountedSortedAndLimited() throws Exception {
        queries("ARRAY<FLOAT>", "ARRAY[7, 0]", "ARRAY[18, 0]");
        String hits = "q, LATERAL (SELECT * FROM TABLE(VECTOR_SEARCH(TABLE v, DESCRIPTOR(embedding), q.vec, 3))) AS h";

        assertThat(sql.rows("SELECT q.qid, COUNT(h.id) FROM %s GROUP BY q.qid", hits))
                .containsExactlyInAnyOrder(Row.of(0, 3L), Row.of(1, 3L));
        assertThat(sql.rows("SELECT h.id, h.score FROM %s ORDER BY h.score DESC, h.id LIMIT 2", hits))
                .containsExactly(Row.of(7L, 0.0), Row.of(18L, 0.0));
        assertThat(sql.rows("SELECT q.qid, h.name FROM %s LIMIT 4", hits)).hasSize(4);
    }

    @Test
    void hitsHaveMetadataToo() throws Exception {
        sql.run(
                """
                CREATE TABLE m (id BIGINT, embedding ARRAY<FLOAT>, _shard INT METADATA VIRTUAL,
                  _version BIGINT METADATA VIRTUAL)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                """,
                index.path(), index.cache());
        queries("ARRAY<FLOAT>", "ARRAY[7, 0]");

        assertThat(sql.rows("SELECT id, _shard, _version, score FROM q,"
                        + " LATERAL TABLE(VECTOR_SEARCH(TABLE m, DESCRIPTOR(embedding), q.vec, 1))"))
                .containsExactly(Row.of(7L, Sharding.shardOf(7, 3), 1L, 0.0));
    }

    @Test
    void manyQueriesAreAnsweredInOrderAsOneByOne() throws Exception {
        sql.run("CREATE TEMPORARY VIEW numbers AS SELECT * FROM UNNEST(ARRAY[%s]) AS t(n)", numbers(0, 200));
        sql.run("CREATE TEMPORARY VIEW q AS SELECT n AS qid,"
                + " ARRAY[CAST(n AS FLOAT) / 4, CAST(0 AS FLOAT)] AS vec FROM numbers");

        String options = ", MAP['async', 'true', 'max-concurrent-operations', '64', 'search.batch-size', '16']";
        assertThat(sql.rows(search("v", 2, options)))
                .containsExactlyInAnyOrderElementsOf(sql.rows(search("v", 2, async(false))))
                .hasSize(400);
    }

    private static String numbers(int from, int to) {
        var numbers = new ArrayList<String>();
        for (int i = from; i < to; i++) {
            numbers.add(Integer.toString(i));
        }
        return String.join(", ", numbers);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aQueryOfAnotherDimensionIsAnErrorThatSaysSo(boolean async) throws Exception {
        queries("ARRAY<FLOAT>", "ARRAY[7, 0, 1]");

        assertThatThrownBy(() -> sql.rows(search("v", 1, async(async))))
                .hasStackTraceContaining("has 3 components (the index has dim 2)");
    }

    @Test
    void aNullInAQueryIsAnErrorThatNamesTheComponent() throws Exception {
        queries("ARRAY<FLOAT>", "ARRAY[7, NULL]");

        assertThatThrownBy(() -> sql.rows(search("v", 1, ""))).hasStackTraceContaining("is null at component 1");
    }

    @Test
    void anOptionThatNobodyKnowsIsAnErrorThatNamesIt() throws Exception {
        queries("ARRAY<FLOAT>", "ARRAY[7, 0]");

        assertThatThrownBy(() -> sql.rows(search("v", 1, ", MAP['ef', '12']")))
                .hasStackTraceContaining("Cannot search with option ef")
                .hasStackTraceContaining("hnsw_ef_search");
        assertThatThrownBy(() -> sql.rows(search("v", 1, ", MAP['hnsw_ef_search', 'many']")))
                .hasStackTraceContaining("Cannot use option hnsw_ef_search: 'many'");
    }
}
