package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.Sharding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Searches among the rows that satisfy a condition, and hits that bring columns of their rows. */
abstract class FilteredSearchSpec extends SparkSpec {
    private static final int DIM = 8;
    private static final long ROWS = 400;
    private static final int K = 10;

    private String path;

    FilteredSearchSpec(Master master) {
        super(master);
    }

    private Dataset<Row> documents(long from, long to) {
        return rows(from, to, DIM)
                .selectExpr("id", "embedding", "concat('word ', id) AS word", "CAST(1900 + id % 100 AS int) AS year");
    }

    /** The rows of 300 to 399 are written twice. */
    @BeforeEach
    void anIndexOfDocuments() {
        path = path("index");
        writer(documents(0, ROWS).selectExpr("id", "embedding", "word", "IF(id >= 300, 0, year) AS year"))
                .option("shards", 3)
                .option("metric", "l2")
                .save(path);
        writer(documents(300, ROWS)).mode("append").save(path);
    }

    private static List<Long> expected(long query, LongPredicate allowed) {
        var ids = LongStream.range(0, ROWS).filter(allowed).boxed().toList();
        var vectors = ids.stream().map(id -> TestVectors.of(id, DIM)).toList();
        return TestVectors.Score.L2.nearest(TestVectors.of(query, DIM), vectors, K).stream()
                .map(place -> ids.get(place.intValue()))
                .toList();
    }

    private static List<Long> ids(Dataset<Row> hits) {
        return hits.orderBy("rank").collectAsList().stream()
                .map(row -> row.<Long>getAs("id"))
                .toList();
    }

    @Test
    @Tag("every-version")
    void hitsSatisfyTheCondition() {
        Map<String, LongPredicate> conditions = Map.of(
                "year = 1950", id -> id % 100 == 50,
                "year > 1990 OR word = 'word 3'", id -> id % 100 > 90 || id == 3,
                "year = 0", id -> false,
                "length(word) = 6", id -> id < 10,
                "year >= 1950 AND length(word) = 8", id -> id % 100 >= 50 && id >= 100,
                "id IN (5, 6, 7)", id -> id >= 5 && id <= 7,
                "embedding[0] > 0", id -> TestVectors.of(id, DIM)[0] > 0,
                "1 = 0", id -> false);
        conditions.forEach((condition, allowed) -> assertThat(ids(search(path)
                        .where(condition)
                        .query(TestVectors.of(1000, DIM))
                        .topK(K)
                        .run()))
                .as(condition)
                .containsExactlyElementsOf(expected(1000, allowed)));
    }

    @Test
    void conditionsOfSeveralCallsHoldAll() {
        var hits = search(path)
                .where(col("year").gt(1950))
                .where("id < 100")
                .option("filter", "word LIKE 'word 9%'")
                .query(TestVectors.of(1000, DIM))
                .topK(K)
                .run();

        assertThat(ids(hits)).containsExactlyElementsOf(expected(1000, id -> id >= 90 && id < 100));
    }

    @Test
    @Tag("every-version")
    void hitsBringColumnsOfTheirRows() {
        documents(0, 20)
                .selectExpr("concat('q', id) AS qid", "embedding AS qvec")
                .createOrReplaceTempView("payload_queries");
        var hits = reader().option("queries", "payload_queries")
                .option("query_id", "qid")
                .option("query_vector", "qvec")
                .option("top_k", 3)
                .option("columns", "YEAR, word, _shard, _version, embedding")
                .load(path);

        assertThat(hits.columns())
                .containsExactly("query_id", "rank", "id", "score", "year", "word", "_shard", "_version", "embedding");
        var found = sorted(hits);
        assertThat(found).hasSize(60).allSatisfy(row -> {
            long id = row.getLong(2);
            assertThat(row.getInt(4)).isEqualTo(1900 + (int) (id % 100));
            assertThat(row.getString(5)).isEqualTo("word " + id);
            assertThat(row.getInt(6)).isEqualTo(Sharding.shardOf(id, 3));
            assertThat(row.getLong(7)).isEqualTo(id < 300 ? 1 : 2);
            assertThat(row.getList(8)).isEqualTo(TestVectors.list(id, DIM));
        });
        assertThat(found.get(0).getString(0)).isEqualTo("q0");
        assertThat(hits.where("rank = 1").select("word").distinct().count()).isEqualTo(20);
    }

    @Test
    void allPayloadComesByAStar() {
        var hits =
                search(path).query(TestVectors.of(7, DIM)).topK(1).columns("*").run();

        assertThat(hits.collectAsList().toString()).isEqualTo("[[1,7,0.0,word 7,1907]]");
    }

    @Test
    void columnsAndConditionsThatDoNotFitAreRefused() {
        var one = search(path).query(TestVectors.of(7, DIM));
        assertThatThrownBy(() -> one.columns("words").run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("columns names words", "word, year");
        assertThatThrownBy(() -> one.columns("id").run())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("column id", "hits have a column of this name");
        assertThatThrownBy(() -> one.where("nothing = 1").run().collectAsList())
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("nothing");
    }

    @Test
    void anIndexShardedByNearnessIsProbed() throws Exception {
        var options = PomaiOptions.parse(Map.of("cache_dir", cache()));
        CompactionPlan.toClusters(index(path), options, 8)
                .run(
                        new Configuration(false),
                        Path.of(System.getProperty("java.io.tmpdir")),
                        1,
                        CompactionPlan.Progress.NONE);
        writer(documents(300, ROWS).selectExpr("id", "embedding", "concat('new ', id) AS word", "year"))
                .mode("append")
                .save(path);
        documents(0, 50).selectExpr("id AS qid", "embedding AS qvec").createOrReplaceTempView("probe_queries");
        var all = search(path)
                .queries(spark.table("probe_queries"))
                .queryId("qid")
                .queryVector("qvec")
                .topK(K)
                .columns("word");

        var exact = sorted(all.run());
        assertThat(exact).hasSize(500).allSatisfy(row -> {
            long id = row.getLong(2);
            assertThat(row.getString(4)).isEqualTo((id < 300 ? "word " : "new ") + id);
        });
        assertThat(sorted(all.probes(8).run())).isEqualTo(exact);
        var near = sorted(all.probes(2).run());
        assertThat(near).isNotEmpty().filteredOn(row -> row.getInt(1) == 1).allSatisfy(row -> assertThat(row.getLong(0))
                .isEqualTo(row.getLong(2)));
        assertThat(ids(search(path)
                        .where("length(word) = 7")
                        .query(TestVectors.of(1000, DIM))
                        .topK(K)
                        .run()))
                .containsExactlyElementsOf(expected(1000, id -> (id >= 10 && id < 100) || id >= 300));
    }
}
