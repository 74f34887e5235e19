package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pomaidb.spark.TestVectors.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Searching. The indexes here are small enough for their shards to be scanned exactly. */
abstract class SearchSpec extends SparkSpec {
    private static final int DIM = 8;
    private static final int ROWS = 600;
    private static final int QUERIES = 40;

    SearchSpec(Master master) {
        super(master);
    }

    private String indexed(String metric, int shards) {
        var path = path("index-" + metric + "-" + shards);
        writer(rows(0, ROWS, DIM))
                .option("metric", metric)
                .option("shards", shards)
                .save(path);
        return path;
    }

    /** Queries of the ids 10000 and up, none of them in the index. */
    private Dataset<Row> queries(int count) {
        return rows(10_000, 10_000 + count, DIM).toDF("qid", "qvec");
    }

    private Dataset<Row> hits(String path, Dataset<Row> queries, int k) {
        return search(path)
                .queries(queries)
                .queryId("qid")
                .queryVector("qvec")
                .topK(k)
                .run();
    }

    @Test
    void hitsAreTheNearestRowsUnderEachMetric() {
        for (Score score : Score.values()) {
            var path = indexed(score.name().toLowerCase(Locale.ROOT), 4);
            var hits = byQuery(hits(path, queries(QUERIES), 7).collectAsList());

            assertThat(hits).hasSize(QUERIES);
            hits.forEach((query, found) -> {
                float[] vector = TestVectors.of(query, DIM);
                assertThat(found)
                        .extracting(hit -> hit.<Long>getAs("id"))
                        .as("%s of query %d", score, query)
                        .isEqualTo(TestVectors.nearest(vector, ROWS, 7, score));
                assertThat(found)
                        .extracting(hit -> hit.<Integer>getAs("rank"))
                        .isEqualTo(IntStream.rangeClosed(1, 7).boxed().toList());
                assertThat(found).allSatisfy(hit -> assertThat((double) hit.<Float>getAs("score"))
                        .isCloseTo(score.of(vector, TestVectors.of(hit.getAs("id"), DIM)), within(1e-4)));
            });
        }
    }

    @Test
    @Tag("every-version")
    void segmentsStayOpenForTheNextSearch() throws IOException {
        assumeTrue(spark.sparkContext().isLocal(), "Another executor may do the second search");
        var path = indexed("l2", 4);
        float[] query = TestVectors.of(5_000, DIM);
        List<Row> first = search(path).query(query).topK(5).run().collectAsList();
        try (Stream<Path> files = Files.walk(Path.of(path, "data"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }

        assertThat(search(path).query(query).topK(5).run().collectAsList())
                .isEqualTo(first)
                .hasSize(5);
    }

    /** The hits of each query, by rank. */
    private static Map<Long, List<Row>> byQuery(List<Row> hits) {
        var byQuery = new HashMap<Long, List<Row>>();
        for (Row hit : hits) {
            byQuery.computeIfAbsent(hit.getAs("query_id"), q -> new ArrayList<>())
                    .add(hit);
        }
        byQuery.values().forEach(found -> found.sort((a, b) -> a.<Integer>getAs("rank") - b.<Integer>getAs("rank")));
        return byQuery;
    }

    @Test
    @Tag("every-version")
    void theOptionsRouteGivesTheSameHits() {
        var path = indexed("l2", 3);
        queries(QUERIES).createOrReplaceTempView("searched_queries");
        var byOptions = reader().option("queries", "searched_queries")
                .option("query_id", "qid")
                .option("QUERY_VECTOR", "qvec")
                .option("top_k", 5)
                .load(path);

        assertThat(byOptions.schema())
                .isEqualTo(new StructType()
                        .add("query_id", DataTypes.LongType, false)
                        .add("rank", DataTypes.IntegerType, false)
                        .add("id", DataTypes.LongType, false)
                        .add("score", DataTypes.FloatType, false));
        assertThat(sorted(byOptions)).hasSize(5 * QUERIES).isEqualTo(sorted(hits(path, queries(QUERIES), 5)));
    }

    @Test
    @Tag("every-version")
    void oneQueryHasHitsWithoutQueryId() {
        var path = indexed("ip", 2);
        float[] query = TestVectors.of(77_777, DIM);
        var byOption = reader().option("query", Arrays.toString(query))
                .option("top_k", 4)
                .load(path)
                .orderBy("rank");

        assertThat(byOption.columns()).containsExactly("rank", "id", "score");
        assertThat(byOption.collectAsList())
                .extracting(hit -> hit.<Long>getAs("id"))
                .isEqualTo(TestVectors.nearest(query, ROWS, 4, Score.IP));
        assertThat(search(path).query(query).topK(4).run().orderBy("rank").collectAsList())
                .isEqualTo(byOption.collectAsList());
    }

    @Test
    void hitsAreAsManyAsThereAreRows() {
        var path = path("index");
        writer(rows(0, 9, DIM)).option("shards", 4).save(path);

        assertThat(hits(path, queries(3), 1000).groupBy("query_id").count().collectAsList())
                .extracting(row -> row.getLong(1))
                .containsExactly(9L, 9L, 9L);
    }

    @Test
    void queriesInSeveralBroadcastsHaveTheSameHits() {
        var path = indexed("l2", 2);
        int threeQueries = 3 * DIM * Float.BYTES;

        var inBatches = search(path)
                .queries(queries(QUERIES))
                .queryId("qid")
                .queryVector("qvec")
                .option("query_batch_bytes", Integer.toString(threeQueries))
                .run();

        assertThat(sorted(inBatches)).hasSize(10 * QUERIES).isEqualTo(sorted(hits(path, queries(QUERIES), 10)));
    }

    @Test
    void queriesAreSplitWhereThereAreMoreCoresThanShards() {
        var whole = indexed("l2", 1);
        var sharded = indexed("l2", 5);

        var hits = hits(whole, queries(100), 3);
        assertThat(hits.javaRDD().context().defaultParallelism()).isGreaterThan(1);
        assertThat(sorted(hits)).hasSize(300).isEqualTo(sorted(hits(sharded, queries(100), 3)));
    }

    @Test
    void anIndexThatNoExecutorMayKeepWholeIsSearchedByShards() {
        var path = path("index");
        writer(rows(0, ROWS, DIM).selectExpr("id", "embedding", "concat('word ', id) AS word"))
                .option("shards", 3)
                .save(path);
        PomaiSearch whole = search(path)
                .queries(queries(QUERIES))
                .queryId("qid")
                .queryVector("qvec")
                .topK(6);
        PomaiSearch byShards = whole.option("cache_max_bytes", "1");

        assertThat(byShards.run().rdd().toDebugString()).contains("ShuffledRDD");
        assertThat(whole.run().rdd().toDebugString()).doesNotContain("ShuffledRDD");
        assertThat(sorted(byShards.run())).hasSize(6 * QUERIES).isEqualTo(sorted(whole.run()));
        assertThat(sorted(byShards.columns("word").run()))
                .isEqualTo(sorted(whole.columns("word").run()))
                .allSatisfy(hit -> assertThat(hit.<String>getAs("word")).isEqualTo("word " + hit.getAs("id")));
    }

    @Test
    void queriesComeFromAnywhere() {
        var path = indexed("ip", 2);
        var expected = sorted(hits(path, queries(QUERIES), 3));
        var local = spark.createDataFrame(
                queries(QUERIES).collectAsList(), queries(0).schema());
        var wide = queries(QUERIES).selectExpr("'note' AS note", "qvec", "qid");
        var doubles = queries(QUERIES).withColumn("qvec", col("qvec").cast("array<double>"));
        var uneven = queries(QUERIES).orderBy("qid").repartition(7, col("qid").cast("string"));

        for (Dataset<Row> queries : List.of(local, wide, doubles, uneven)) {
            assertThat(sorted(hits(path, queries, 3))).isEqualTo(expected);
        }
    }

    @Test
    void partitionsOfManyQueriesAreReadOneByOne() {
        int dim = 1024;
        var path = path("wide");
        writer(rows(0, 3, dim)).save(path);
        // More than a job for both partitions brings of one.
        int large = (16 << 20) / dim / Float.BYTES + 10;
        var many = spark.range(0, large, 1, 1)
                .union(spark.range(-20, -10, 1, 1))
                .selectExpr("id AS qid", "transform(sequence(1, " + dim + "), i -> float(i + id % 5)) AS qvec");

        var hits = hits(path, many, 1);
        assertThat(hits.count()).isEqualTo(large + 10);
        assertThat(hits.select("query_id").distinct().count()).isEqualTo(large + 10);
    }

    @Test
    void queryIdsKeepTheirType() {
        var path = indexed("ip", 2);
        var texts = queries(5).withColumn("qid", concat(lit("query "), col("qid")));
        var numbers = queries(5).withColumn("qid", col("qid").cast("double"));

        assertThat(hits(path, texts, 1).collectAsList())
                .extracting(hit -> hit.<String>getAs("query_id"))
                .containsExactlyInAnyOrder("query 10000", "query 10001", "query 10002", "query 10003", "query 10004");
        assertThat(hits(path, numbers, 1).collectAsList())
                .extracting(hit -> hit.<Double>getAs("query_id"))
                .containsExactlyInAnyOrder(10000d, 10001d, 10002d, 10003d, 10004d);
    }

    @Test
    void ofRowsWithTheSameIdTheNewestCounts() {
        var path = indexed("l2", 2);
        var moved =
                TestVectors.rows(spark, 0, 50, DIM).withColumn("id", col("id").plus(100));
        writer(moved).mode("append").save(path);

        var hits = hits(path, rows(0, 50, DIM).toDF("qid", "qvec"), 2).collectAsList();
        assertThat(hits).hasSize(100);
        byQuery(hits).forEach((query, found) -> {
            // The row itself, and the row that was given its vector.
            assertThat(found).extracting(hit -> hit.<Long>getAs("id")).containsExactly(query, query + 100);
            assertThat(found).extracting(hit -> hit.<Float>getAs("score")).containsOnly(0f);
        });
    }

    @Test
    void noQueriesHaveNoHits() {
        assertThat(hits(indexed("ip", 2), queries(0), 3).collectAsList()).isEmpty();
    }

    @Test
    void hitsAreADataFrameLikeAnyOther() {
        var path = indexed("l2", 2);
        queries(QUERIES).createOrReplaceTempView("joined_queries");
        rows(0, ROWS, DIM).createOrReplaceTempView("joined_rows");
        spark.sql("CREATE OR REPLACE TEMPORARY VIEW joined_hits USING pomaidb OPTIONS (path '" + path
                + "', cache_dir '" + cache()
                + "', queries 'joined_queries', query_id 'qid', query_vector 'qvec', top_k '3')");

        assertThat(spark.sql("SELECT count(*), count(DISTINCT query_id), max(rank) FROM joined_hits")
                        .first()
                        .mkString(","))
                .isEqualTo("120,40,3");
        var best =
                spark.sql("SELECT q.qid, r.id, h.score FROM joined_hits h JOIN joined_queries q ON h.query_id = q.qid"
                        + " JOIN joined_rows r ON h.id = r.id WHERE rank = 1 ORDER BY q.qid");
        assertThat(best.collectAsList()).hasSize(QUERIES).allSatisfy(row -> assertThat(row.getLong(1))
                .isEqualTo(TestVectors.nearest(TestVectors.of(row.getLong(0), DIM), ROWS, 1, Score.L2)
                        .get(0)));
    }

    @Test
    void aLoadedIndexShowsWhatWasWrittenSince() {
        var path = indexed("l2", 2);
        var rows = reader().load(path);
        assertThat(rows.count()).isEqualTo(ROWS);

        writer(rows(ROWS, ROWS + 10, DIM)).mode("append").save(path);

        assertThat(rows.filter("id >= 0").count()).isEqualTo(ROWS + 10);
    }

    @Test
    void aSearchReadsItsQueriesOnceHoweverOftenSparkPlansIt() {
        var path = indexed("l2", 2);
        var read = spark.sparkContext().longAccumulator("queries read");
        var counted = spark.createDataFrame(
                queries(QUERIES).javaRDD().map(row -> {
                    read.add(1);
                    return row;
                }),
                queries(0).schema());
        counted.createOrReplaceTempView("counted_queries");
        var hits = reader().option("queries", "counted_queries")
                .option("query_id", "qid")
                .option("query_vector", "qvec")
                .option("top_k", 2)
                .load(path);

        assertThat(hits.join(rows(0, ROWS, DIM), "id")
                        .join(queries(QUERIES), col("query_id").equalTo(col("qid")))
                        .count())
                .isEqualTo(2 * QUERIES);
        assertThat(read.value()).isEqualTo(QUERIES);
    }
}
