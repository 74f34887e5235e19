package io.pomaidb.spark;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Spark's own joins of rows with their nearest ones, by an index instead of a comparison of all with all. */
@Tag("every-version")
class NearestJoinIT extends SparkSpec {
    private static final int DIM = 8;
    private static final int ROWS = 2_000;
    private static final int QUERIES = 60;
    private static final String PLANNED = "pomaidb ";
    private static final Map<String, String> RANKINGS = Map.of(
            "l2", "DISTANCE vector_l2_distance(q.v, t.embedding)",
            "ip", "SIMILARITY vector_inner_product(t.embedding, q.v)",
            "cosine", "SIMILARITY vector_cosine_similarity(q.v, t.embedding)");

    NearestJoinIT() {
        super(Master.LOCAL);
    }

    @BeforeEach
    void queries() {
        rows(50_000, 50_000 + QUERIES, DIM)
                .selectExpr("id AS qid", "IF(id = 50003, NULL, embedding) AS v")
                .createOrReplaceTempView("nearest_queries");
    }

    /** An index, and the same rows as Spark keeps them, by whose plan joins are compared. */
    private String indexed(String metric) {
        String path = path(metric);
        var rows = rows(0, ROWS, DIM).selectExpr("id", "embedding", "concat('word ', id) AS word");
        writer(rows)
                .option("metric", metric)
                .option("shards", 3)
                .option("adaptive_threshold", 0)
                .save(path);
        rows.createOrReplaceTempView("nearest_rows");
        return "pomaidb.`" + path + "`";
    }

    private static String join(String columns, String table, String kind, String mode, String ranking) {
        return "SELECT " + columns + " FROM nearest_queries q " + kind + " JOIN " + table + " t " + mode
                + " NEAREST 5 BY " + ranking;
    }

    private static Map<Long, Set<String>> byQuery(Dataset<Row> rows) {
        Map<Long, Set<String>> found = new HashMap<>();
        for (Row row : rows.collectAsList()) {
            boolean isNew = found.computeIfAbsent(row.getLong(0), query -> new HashSet<>())
                    .add(row.toString());
            assertThat(isNew).as("%s comes once", row).isTrue();
        }
        return found;
    }

    private static String plan(Dataset<Row> rows) {
        return rows.queryExecution().executedPlan().toString();
    }

    @Test
    void exactJoinsHaveTheRowsOfTheCrossProduct() {
        RANKINGS.forEach((metric, ranking) -> {
            String table = indexed(metric);
            // An index by cosine keeps vectors at length one.
            String columns = "q.qid, t.id, t.word" + (metric.equals("cosine") ? "" : ", t.embedding");
            for (String kind : List.of("INNER", "LEFT OUTER")) {
                var byIndex = spark.sql(join(columns, table, kind, "EXACT", ranking));
                var bySpark = spark.sql(join(columns, "nearest_rows", kind, "EXACT", ranking));

                assertThat(plan(byIndex)).contains(PLANNED + "exact nearest 5", "by " + metric);
                assertThat(plan(bySpark)).doesNotContain(PLANNED);
                assertThat(byQuery(byIndex))
                        .as("%s by %s", kind, metric)
                        .isEqualTo(byQuery(bySpark))
                        .hasSize(kind.equals("INNER") ? QUERIES - 1 : QUERIES);
            }
        });
    }

    @Test
    void approximateJoinsFindNearlyAll() {
        RANKINGS.forEach((metric, ranking) -> {
            var byIndex = spark.sql(join("q.qid, t.id", indexed(metric), "INNER", "APPROX", ranking));
            var bySpark = spark.sql(join("q.qid, t.id", "nearest_rows", "INNER", "EXACT", ranking));

            assertThat(plan(byIndex)).contains(PLANNED + "approximate nearest 5");
            Map<Long, Set<String>> found = byQuery(byIndex);
            long same = byQuery(bySpark).entrySet().stream()
                    .mapToLong(query -> query.getValue().stream()
                            .filter(found.get(query.getKey())::contains)
                            .count())
                    .sum();
            assertThat(same / (5.0 * (QUERIES - 1))).as(metric).isGreaterThan(0.9);
        });
    }

    @Test
    void dataFramesJoinByTheIndexAsWell() {
        indexed("l2");
        var queries = spark.table("nearest_queries");
        var ranking = expr("vector_l2_distance(v, embedding)");
        var byIndex = queries.nearestByJoin(reader().load(path("l2")), ranking, 5, "exact", "distance");
        var bySpark = queries.nearestByJoin(spark.table("nearest_rows"), ranking, 5, "exact", "distance");

        assertThat(byIndex.columns()).containsExactly("qid", "v", "id", "embedding", "word");
        assertThat(plan(byIndex)).contains(PLANNED + "exact nearest 5");
        assertThat(byQuery(byIndex)).isEqualTo(byQuery(bySpark));
        assertThat(byQuery(byIndex.filter("id % 2 = 0").select("qid", "word")))
                .isEqualTo(byQuery(bySpark.filter("id % 2 = 0").select("qid", "word")));
        assertThat(byIndex.count()).isEqualTo(5L * (QUERIES - 1));
    }

    @Test
    void columnsThatNobodyAsksForAreNotFetched() {
        String table = indexed("l2");
        var words = spark.sql(join("q.qid, t.word", table, "INNER", "APPROX", RANKINGS.get("l2")));

        assertThat(plan(words)).containsPattern("columns: word\\b").doesNotContainPattern("columns: [a-z, ]*embedding");
    }

    @Test
    void whatTheIndexCannotRankSparkDoes() {
        String table = indexed("l2");
        for (String ranking : List.of(
                RANKINGS.get("cosine"),
                "DISTANCE vector_l2_distance(q.v, t.embedding) + t.id",
                "DISTANCE vector_l2_distance(q.v, transform(t.embedding, x -> -x))")) {
            var byIndex = spark.sql(join("q.qid, t.id", table, "INNER", "EXACT", ranking));
            assertThat(plan(byIndex)).as(ranking).doesNotContain(PLANNED + "exact");
            assertThat(byQuery(byIndex))
                    .isEqualTo(byQuery(spark.sql(join("q.qid, t.id", "nearest_rows", "INNER", "EXACT", ranking))));
        }
        String few = "(SELECT * FROM " + table + " WHERE length(word) = 6)";
        var filtered = spark.sql(join("q.qid, t.id", few, "INNER", "EXACT", RANKINGS.get("l2")));
        assertThat(byQuery(filtered)).hasSize(QUERIES - 1);
        assertThat(filtered.filter("id >= 10").count()).isZero();
    }

    @Test
    void rowsThatWereReplacedOrDeletedAreNotFound() {
        String table = indexed("l2");
        spark.sql("DELETE FROM " + table + " WHERE id < 1000");
        spark.sql("DELETE FROM " + table + " WHERE id >= 1003");

        var left = spark.sql(join("q.qid, t.id", table, "INNER", "APPROX", RANKINGS.get("l2")));
        assertThat(left.select("id").distinct().collectAsList())
                .extracting(row -> row.getLong(0))
                .containsExactlyInAnyOrder(1000L, 1001L, 1002L);
        assertThat(left.count()).isEqualTo(3L * (QUERIES - 1));
    }
}
