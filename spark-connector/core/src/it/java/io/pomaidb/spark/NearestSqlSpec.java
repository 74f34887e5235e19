package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nearest neighbours by ORDER BY and LIMIT, in SQL that knows nothing of the index. */
abstract class NearestSqlSpec extends SparkSpec {
    private static final int DIM = 4;
    private static final long ROWS = 300;
    private static final String PUSHED = "pomaidb nearest ";

    NearestSqlSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void indexesOfAllMetrics() {
        for (String metric : List.of("l2", "ip", "cosine")) {
            writer(rows(0, ROWS, DIM).selectExpr("id", "embedding", "concat('word ', id) AS word", "id % 10 AS digit"))
                    .option("metric", metric)
                    .option("shards", 3)
                    .save(path(metric));
        }
    }

    @AfterEach
    void ansiIsAsItWas() {
        spark.conf().unset("spark.sql.ansi.enabled");
    }

    private String table(String name) {
        return "pomaidb.`" + path(name) + "`";
    }

    private static String vector(float[] vector, Function<Float, String> literal) {
        return IntStream.range(0, vector.length)
                .mapToObj(i -> literal.apply(vector[i]))
                .collect(Collectors.joining(", ", "array(", ")"));
    }

    private List<Long> ids(String sql) {
        return spark.sql(sql).collectAsList().stream()
                .map(row -> row.<Long>getAs("id"))
                .toList();
    }

    private String plan(String sql) {
        return spark.sql("EXPLAIN " + sql).first().getString(0);
    }

    private static List<Long> expected(TestVectors.Score score, float[] query, int k, LongPredicate allowed) {
        var ids = LongStream.range(0, ROWS).filter(allowed).boxed().toList();
        var vectors = ids.stream().map(id -> TestVectors.of(id, DIM)).toList();
        return score.nearest(query, vectors, k).stream()
                .map(place -> ids.get(place.intValue()))
                .toList();
    }

    @Test
    @Tag("every-version")
    void theIndexAnswersAnOrderByItsMetric() {
        float[] query = {0.25f, -0.5f, 0.75f, 0.125f};
        for (String ansi : List.of("false", "true")) {
            spark.conf().set("spark.sql.ansi.enabled", ansi);
            for (Function<Float, String> literal :
                    List.<Function<Float, String>>of(x -> "float(" + x + ")", x -> x + "D", x -> x.toString())) {
                String array = vector(query, literal);
                assertAnswered("l2", "l2_distance(embedding, " + array + ")", TestVectors.Score.L2, query);
                assertAnswered("ip", "inner_product(" + array + ", embedding) DESC", TestVectors.Score.IP, query);
                assertAnswered(
                        "cosine", "cosine_similarity(embedding, " + array + ") DESC", TestVectors.Score.COSINE, query);
            }
            assertAnswered(
                    "l2", "l2_distance(embedding, array(1, 0, -1, 0))", TestVectors.Score.L2, new float[] {1, 0, -1, 0
                    });
        }
    }

    private void assertAnswered(String index, String order, TestVectors.Score score, float[] query) {
        String sql = "SELECT id, word FROM " + table(index) + " ORDER BY pomaidb." + order + " LIMIT 5";
        assertThat(plan(sql)).as(order).contains(PUSHED + 5, "by " + index);
        assertThat(spark.sql(sql).collectAsList())
                .as(order)
                .extracting(Row::toString)
                .containsExactlyElementsOf(expected(score, query, 5, id -> true).stream()
                        .map(id -> "[" + id + ",word " + id + "]")
                        .toList());
    }

    @Test
    void aConditionOnPayloadGoesAlong() {
        float[] query = TestVectors.of(1000, DIM);
        String array = vector(query, x -> "float(" + x + ")");
        String sql = "SELECT id, pomaidb.l2_distance(embedding, " + array + ") AS distance FROM " + table("l2")
                + " WHERE digit IN (3, 4) AND word LIKE 'word 1%' ORDER BY distance LIMIT 7";

        assertThat(plan(sql)).contains(PUSHED + 7, "filter");
        assertThat(ids(sql))
                .containsExactlyElementsOf(expected(
                        TestVectors.Score.L2,
                        query,
                        7,
                        id -> (id % 10 == 3 || id % 10 == 4)
                                && String.valueOf(id).startsWith("1")));
        double distance = spark.sql(sql).first().getDouble(1);
        float[] nearest = TestVectors.of(ids(sql).get(0), DIM);
        assertThat(distance).isEqualTo(Math.sqrt(-TestVectors.Score.L2.of(query, nearest)), Offset.offset(1e-6));
    }

    @Test
    @Tag("every-version")
    void whatTheIndexCannotAnswerIsExactAllTheSame() {
        float[] query = TestVectors.of(1000, DIM);
        String array = vector(query, x -> "float(" + x + ")");
        var otherMetric = "SELECT id FROM " + table("l2") + " ORDER BY pomaidb.inner_product(embedding, " + array
                + ") DESC LIMIT 5";
        var farthest = "SELECT id FROM " + table("l2") + " ORDER BY pomaidb.l2_distance(embedding, " + array
                + ") DESC LIMIT 5";
        var unpushedCondition = "SELECT id FROM " + table("l2")
                + " WHERE length(word) = 6 ORDER BY pomaidb.l2_distance(" + "embedding, " + array + ") LIMIT 5";
        for (String sql : List.of(otherMetric, farthest, unpushedCondition)) {
            assertThat(plan(sql)).doesNotContain(PUSHED);
        }
        assertThat(ids(otherMetric)).isEqualTo(expected(TestVectors.Score.IP, query, 5, id -> true));
        assertThat(ids(unpushedCondition)).isEqualTo(expected(TestVectors.Score.L2, query, 5, id -> id < 10));
        var all = expected(TestVectors.Score.L2, query, (int) ROWS, id -> true);
        assertThat(ids(farthest)).containsExactly(all.get(299), all.get(298), all.get(297), all.get(296), all.get(295));
        assertThat(ids("SELECT id FROM " + table("l2") + " ORDER BY pomaidb.l2_distance(embedding, " + array + ")"))
                .isEqualTo(all);
    }

    @Test
    @Tag("every-version")
    void theLogSaysOnceWhyAnOrderIsAScan() {
        String rows = " FROM " + table("l2");
        String order = " ORDER BY pomaidb.l2_distance(embedding, array(1, 0, 0, 0))";
        assertTold("SELECT id" + rows + order, "l2_distance", "it has no LIMIT");
        assertTold(
                "SELECT id, pomaidb.l2_distance(embedding, array(1, 0, 0, 0)) AS far" + rows + " ORDER BY far",
                "it has no LIMIT");
        assertTold("SELECT id" + rows + order + " DESC LIMIT 5", "it begins with the farthest rows");
        assertTold(
                "SELECT id" + rows + " ORDER BY pomaidb.inner_product(embedding, array(1, 0, 0, 0)) DESC LIMIT 5",
                "inner_product",
                "the index's metric is l2");

        assertTold(
                "SELECT id" + rows + " WHERE digit = 3 AND length(word) = 6" + order + " LIMIT 5",
                "the index cannot evaluate its condition",
                "length");

        assertThat(logged("SELECT id" + rows + " WHERE digit = 3 AND id IN (3, 13) AND word LIKE 'w%'" + order
                        + " LIMIT 5"))
                .isEmpty();
        assertThat(logged("SELECT id" + rows + order + " LIMIT 5")).isEmpty();
        assertThat(logged("SELECT id" + rows + " ORDER BY id")).isEmpty();
    }

    @Test
    @Tag("every-version")
    void rowsThatWereDeletedOrReplacedAreNotAmongTheNearest() {
        String order = " ORDER BY pomaidb.l2_distance(embedding, "
                + vector(TestVectors.of(7, DIM), x -> "float(" + x + ")") + ") LIMIT 5";
        float[] query = TestVectors.of(7, DIM);
        List<Long> before = expected(TestVectors.Score.L2, query, 7, id -> true);
        spark.sql("DELETE FROM " + table("l2") + " WHERE id = " + before.get(1));
        spark.sql("UPDATE " + table("l2") + " SET embedding = array(1000F, 0F, 0F, 0F) WHERE id = " + before.get(2));
        spark.sql("UPDATE " + table("l2") + " SET word = 'changed' WHERE id = " + before.get(3));
        String sql = "SELECT id, word FROM " + table("l2") + order;

        assertThat(plan(sql)).contains(PUSHED + 5);
        assertThat(ids(sql)).containsExactly(before.get(0), before.get(3), before.get(4), before.get(5), before.get(6));
        assertThat(spark.sql(sql).collectAsList().get(1).getString(1)).isEqualTo("changed");
    }

    @Test
    @Tag("every-version")
    void otherOrdersOfACosineIndexAreOfTheVectorsAsTheyWereWritten() {
        float[] query = {0.25f, -0.5f, 0.75f, 0.125f};
        spark.sql("SELECT id, transform(embedding, x -> float(x * (1 + id % 5))) AS embedding FROM " + table("l2"))
                .createOrReplaceTempView("longer_rows");
        spark.sql("CREATE TABLE " + table("longer") + " TBLPROPERTIES (metric 'cosine', shards '2')"
                + " AS SELECT * FROM longer_rows");
        String order = " ORDER BY pomaidb.inner_product(embedding, " + vector(query, x -> "float(" + x + ")")
                + ") DESC LIMIT 5";

        assertThat(ids("SELECT id FROM " + table("longer") + order))
                .isEqualTo(ids("SELECT id FROM longer_rows" + order));
        assertThat(spark.sql("SELECT a.id FROM " + table("longer") + " a JOIN longer_rows b ON a.id = b.id"
                                + " WHERE pomaidb.l2_distance(a.embedding, b.embedding) > 1e-5")
                        .count())
                .isZero();
    }

    private void assertTold(String sql, String... words) {
        assertThat(logged(sql))
                .as(sql)
                .singleElement()
                .asString()
                .contains("is answered exactly by a full scan")
                .contains(words);
    }

    private List<String> logged(String sql) {
        try (var lines = new LogLines("io.pomaidb.spark.nearest.NearestOrder")) {
            spark.sql(sql).collectAsList();
            return lines.all();
        }
    }

    @Test
    void functionsWorkOnAnyArrays() {
        Row row = spark.sql("SELECT pomaidb.l2_distance(array(0, 3), array(4, 0)),"
                        + " pomaidb.inner_product(array(1.5D, 2D), array(2, 4)),"
                        + " pomaidb.cosine_similarity(array(1, 0), array(1.0, 1.0)),"
                        + " pomaidb.cosine_similarity(array(0, 0), array(1, 1)),"
                        + " pomaidb.l2_distance(array(1, NULL), array(1, 1)),"
                        + " pomaidb.l2_distance(NULL, array(1F)),"
                        + " pomaidb.bucket(4, 17L) = pomaidb.bucket(4, 17),"
                        + " pomaidb.bucket(4, 'x') = pomaidb.bucket(4, xxhash64('x'))")
                .first();
        assertThat(row.getDouble(0)).isEqualTo(5);
        assertThat(row.getDouble(1)).isEqualTo(11);
        assertThat(row.getDouble(2)).isEqualTo(Math.sqrt(0.5), Offset.offset(1e-12));
        assertThat(row.getDouble(3)).isZero();
        assertThat(Arrays.asList(row.get(4), row.get(5))).containsExactly(null, null);
        assertThat(row.getBoolean(6)).isTrue();
        assertThat(row.getBoolean(7)).isTrue();
        assertThatThrownBy(() -> spark.sql("SELECT pomaidb.l2_distance(array(1), array(1, 2))")
                        .collectAsList())
                .hasStackTraceContaining("one has 1 components and the other 2");
    }
}
