package io.pomaidb.spark;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.spark.TestVectors.Score;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The table function {@code pomai_search}, which sessions have by themselves. */
abstract class SearchFunctionSpec extends SparkSpec {
    private static final int DIM = 4;
    private static final int ROWS = 300;
    private static final String PLANNED = "pomaidb approximate nearest 3";

    private String path;

    SearchFunctionSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void anIndex() {
        path = path("index");
        writer(rows(0, ROWS, DIM).selectExpr("id", "embedding", "concat('word ', id) AS word"))
                .option("shards", 3)
                .option("metric", "l2")
                .save(path);
    }

    private static String array(long id) {
        return Arrays.toString(TestVectors.of(id, DIM)).replace("[", "array(").replace("]", ")");
    }

    private List<Long> nearest(long query, int k) {
        return TestVectors.nearest(TestVectors.of(query, DIM), ROWS, k, Score.L2);
    }

    private static List<Long> ids(Dataset<Row> hits) {
        return hits.collectAsList().stream().map(hit -> hit.<Long>getAs("id")).toList();
    }

    @Test
    @Tag("every-version")
    void aConstantVectorIsSearchedFor() {
        var hits = spark.sql("SELECT * FROM pomai_search(index => '" + path + "', query_vector => " + array(5_000)
                + ", num_results => 7, columns => 'word') ORDER BY rank");

        assertThat(hits.columns()).containsExactly("rank", "id", "score", "word");
        assertThat(ids(hits)).isEqualTo(nearest(5_000, 7));
        assertThat(hits.collectAsList())
                .allSatisfy(hit -> assertThat(hit.<String>getAs("word")).isEqualTo("word " + hit.getAs("id")));
        assertThat(hits.queryExecution().executedPlan().toString()).contains("pomaidb search of");
    }

    @Test
    void argumentsMayHaveNoNamesAndVectorsAnyNumbers() {
        for (String vector : List.of("array(1, 0, -1, 0)", "array(1.0, 0, -1, 0)", "array(1e0, 0, -1, 0)")) {
            var query = new float[] {1, 0, -1, 0};
            assertThat(ids(spark.sql("SELECT * FROM pomai_search('" + path + "', " + vector + ", 3) ORDER BY rank")))
                    .as(vector)
                    .isEqualTo(TestVectors.nearest(query, ROWS, 3, Score.L2));
        }
    }

    @Test
    void hitsSatisfyTheFilter() {
        assertThat(ids(spark.sql("SELECT * FROM pomai_search(index => '" + path + "', query_vector => " + array(1)
                        + ", filter => \"word IN ('word 7', 'word 8')\")")))
                .containsExactlyInAnyOrder(7L, 8L);
    }

    @Test
    @Tag("every-version")
    void everyRowOfABatchIsSearchedForByLateral() {
        rows(7_000, 7_020, DIM).createOrReplaceTempView("lateral_queries");
        var hits = spark.sql("SELECT q.id AS query, h.* FROM lateral_queries q, LATERAL pomai_search(index => '" + path
                + "', query_vector => q.embedding, num_results => 3, columns => 'word') h ORDER BY query, rank");

        assertThat(hits.columns()).containsExactly("query", "rank", "id", "score", "word");
        List<Row> found = hits.collectAsList();
        assertThat(found).hasSize(60);
        for (int query = 0; query < 20; query++) {
            List<Row> of = found.subList(3 * query, 3 * query + 3);
            assertThat(of).extracting(hit -> hit.<Long>getAs("query")).containsOnly(7_000L + query);
            assertThat(of).extracting(hit -> hit.<Long>getAs("id")).isEqualTo(nearest(7_000 + query, 3));
            assertThat(of)
                    .extracting(hit -> hit.<Integer>getAs("rank"))
                    .isEqualTo(IntStream.rangeClosed(1, 3).boxed().toList());
            assertThat(of)
                    .allSatisfy(hit -> assertThat(hit.<String>getAs("word")).isEqualTo("word " + hit.getAs("id")));
        }
    }

    @Test
    void aLateralSearchFiltersAndLeavesOutRowsWithoutAVector() {
        var hits = spark.sql("SELECT q.name, h.id FROM VALUES ('a', array(1.0, 0, 0, 0)), ('b', null) AS q(name, v),"
                + " LATERAL pomai_search(index => '" + path
                + "', query_vector => q.v, num_results => 2, filter => 'length(word) = 6') h ORDER BY h.rank");

        assertThat(hits.collectAsList()).extracting(row -> row.getString(0)).containsExactly("a", "a");
        assertThat(ids(hits)).allSatisfy(id -> assertThat(id).isLessThan(10));
    }

    @Test
    @Tag("every-version")
    void lateralSearchesForManyRowsAtOnce() {
        int count = 2_500;
        rows(0, count, DIM)
                .withColumn("embedding", expr("IF(id % 100 = 7, NULL, embedding)"))
                .createOrReplaceTempView("many_queries");
        String search = "pomai_search(index => '" + path + "', query_vector => q.embedding, num_results => 3) h";
        var inner = spark.sql("SELECT q.id AS query, h.rank, h.id FROM many_queries q, LATERAL " + search);
        var outer = spark.sql("SELECT q.id AS query, h.rank, h.id FROM many_queries q LEFT JOIN LATERAL " + search);

        assertThat(inner.queryExecution().executedPlan().toString()).contains(PLANNED);
        assertThat(outer.queryExecution().executedPlan().toString()).contains(PLANNED);
        List<Row> found = inner.orderBy("query", "rank").collectAsList();
        assertThat(found).hasSize(3 * (count - 25));
        for (int query : new int[] {0, 1023, 1024, 2_499}) {
            assertThat(found.stream().filter(hit -> hit.getLong(0) == query).map(hit -> hit.getLong(2)))
                    .containsExactlyElementsOf(nearest(query, 3));
        }
        assertThat(outer.count()).isEqualTo(3L * (count - 25) + 25);
        assertThat(outer.filter("rank IS NULL AND id IS NULL AND query % 100 = 7")
                        .count())
                .isEqualTo(25);
        assertThat(inner.limit(5).collectAsList()).hasSize(5);
    }

    @Test
    @Tag("every-version")
    void lateralSubqueriesThatSparkPlansOtherwiseHaveTheSameHits() {
        rows(7_000, 7_005, DIM).createOrReplaceTempView("few_queries");
        String search = "pomai_search(index => '" + path + "', query_vector => q.embedding, num_results => 3)";
        var filtered = spark.sql("SELECT q.id AS query, h.id FROM few_queries q," + " LATERAL (SELECT * FROM " + search
                + " WHERE rank = 2) h ORDER BY query");
        var joined = spark.sql("SELECT q.id AS query, h.id FROM few_queries q LEFT JOIN LATERAL " + search
                + " h ON h.rank = 1 ORDER BY query");

        for (int query = 0; query < 5; query++) {
            assertThat(ids(filtered).get(query))
                    .isEqualTo(nearest(7_000 + query, 3).get(1));
            assertThat(ids(joined).get(query))
                    .isEqualTo(nearest(7_000 + query, 3).get(0));
        }
    }

    @Test
    @Tag("every-version")
    void theIndexMayBeATableOfACatalogAndAnEarlierState() throws IOException {
        spark.conf().set("spark.sql.catalog.shelf", PomaiCatalog.class.getName());
        spark.conf().set("spark.sql.catalog.shelf.warehouse", folder.toString());
        spark.conf().set("spark.sql.catalog.pomaidb", PomaiCatalog.class.getName());
        long before = snapshot(path).timestampMillis();
        eventually(() -> System.currentTimeMillis() > before);
        List<Long> nearest = nearest(5_000, 3);
        spark.sql("DELETE FROM pomaidb.`" + path + "` WHERE id = " + nearest.get(0));
        String call = "SELECT * FROM pomai_search(index => '%s', query_vector => " + array(5_000)
                + ", num_results => %d%s) ORDER BY rank";

        for (String name : List.of("shelf.index", "`shelf`.index", "pomaidb.`" + path + "`", path)) {
            assertThat(ids(spark.sql(call.formatted(name, 2, "")))).as(name).isEqualTo(nearest.subList(1, 3));
        }
        for (String time : List.of(
                "'" + Instant.ofEpochMilli(before) + "'",
                "timestamp_millis(" + before + ")",
                "'" + Instant.ofEpochMilli(before).toString().replace("Z", "+00:00") + "'")) {
            assertThat(ids(spark.sql(call.formatted(path, 3, ", timestamp => " + time))))
                    .as(time)
                    .isEqualTo(nearest);
        }
        String lateral = "SELECT h.id, h.rank FROM VALUES (" + array(5_000)
                + ") AS q(v), LATERAL pomai_search(index => 'shelf.index', query_vector => q.v, num_results => 2) h"
                + " ORDER BY h.rank";
        assertThat(ids(spark.sql(lateral))).isEqualTo(nearest.subList(1, 3));
        spark.sql("USE shelf");
        try {
            assertThat(ids(spark.sql(call.formatted("index", 2, "")))).isEqualTo(nearest.subList(1, 3));
        } finally {
            spark.sql("USE spark_catalog");
        }
        assertThatThrownBy(() -> spark.sql(call.formatted("pomaidb.a.b", 2, "")))
                .hasStackTraceContaining("catalog pomaidb has no warehouse");
    }

    @Test
    @Tag("every-version")
    void aConditionThatSparkEvaluatesIsNotEvaluatedBeforeTheQueryRuns() {
        rows(7_000, 7_005, DIM).createOrReplaceTempView("explained_queries");
        String sql = "SELECT q.id AS query, h.id FROM explained_queries q, LATERAL pomai_search(index => '" + path
                + "', query_vector => q.embedding, num_results => 2, filter => 'length(word) = 6') h";
        try (var lines = new LogLines("io.pomaidb.spark.search.FilterPlan")) {
            spark.sql("EXPLAIN " + sql).collectAsList();
            spark.sql("CREATE OR REPLACE TEMPORARY VIEW explained AS " + sql);
            var hits = spark.sql("SELECT * FROM explained");
            assertThat(lines.all()).isEmpty();

            assertThat(ids(hits)).hasSize(10).allSatisfy(id -> assertThat(id).isLessThan(10));
            assertThat(lines.all()).singleElement().asString().contains("Spark evaluates the condition");
        }
        assertThat(ids(spark.sql("SELECT * FROM (" + sql + ") WHERE query < 7002")))
                .hasSize(4)
                .allSatisfy(id -> assertThat(id).isLessThan(10));
        assertThat(ids(spark.sql("SELECT h.id FROM explained_queries q LEFT JOIN LATERAL pomai_search(index => '" + path
                        + "', query_vector => q.embedding, num_results => 2, filter => 'length(word) = 6') h"
                        + " ON h.rank = 1")))
                .hasSize(5)
                .allSatisfy(id -> assertThat(id).isLessThan(10));
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThatThrownBy(() -> spark.sql("SELECT * FROM pomai_search(index => '" + path + "')"))
                .hasStackTraceContaining("argument query_vector is missing");
        assertThatThrownBy(() -> spark.sql(
                        "SELECT * FROM pomai_search(index => '" + path + "', query_vector => array(1), k => 3)"))
                .hasStackTraceContaining("it has no argument k");
        assertThatThrownBy(
                        () -> spark.sql("SELECT * FROM pomai_search(index => '" + path + "', query_vector => 'word')"))
                .hasStackTraceContaining("an array of numbers");
        assertThatThrownBy(() -> spark.sql(
                        "SELECT * FROM pomai_search(index => '" + path("absent") + "', query_vector => array(1, 2))"))
                .isInstanceOf(ConfigurationException.class);
    }
}
