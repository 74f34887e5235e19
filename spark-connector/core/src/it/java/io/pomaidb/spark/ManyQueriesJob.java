package io.pomaidb.spark;

import io.pomaidb.fixture.Jvm;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Searches for more than the heap holds, of queries or of hits, in a JVM of its own that is driver and executor. */
final class ManyQueriesJob {
    /** Queries that together are larger than the heap, by shards and then in all shards. */
    static final String QUERIES = "queries";

    /** Hits that together are larger than the heap with what they bring. */
    static final String PAYLOAD = "payload";

    /** Components of large queries, 64 KiB each. */
    private static final int LARGE_DIM = 16_384;

    static final int LARGE_QUERIES = 8_000;
    static final int SMALL_QUERIES = 30_000;
    static final int HITS = 100;

    private static final int ROWS = 200;
    private static final String WORD = "repeat(concat('word ', id), 20)";

    private ManyQueriesJob() {}

    /**
     * {@code arguments}: {@link #QUERIES} or {@link #PAYLOAD}, and a folder for the index and its cache. Says how many hits are
     * right, a line a search.
     */
    public static void main(String[] arguments) throws IOException {
        String index = arguments[1] + "/index";
        try (SparkSession spark = JobSession.start()) {
            if (arguments[0].equals(QUERIES)) {
                equal(spark.range(3))
                        .write()
                        .format("pomaidb")
                        .option("metric", "l2")
                        .save(index);
                Jvm.report("" + largeQueries(spark, index, "1"));
                Jvm.report("" + largeQueries(spark, index, "1g"));
            } else {
                spark.range(ROWS)
                        .selectExpr("id", "array(CAST(id AS float)) AS embedding", WORD + " AS word")
                        .write()
                        .format("pomaidb")
                        .option("metric", "l2")
                        .option("shards", 2)
                        .save(index);
                Jvm.report("" + smallQueries(spark, index));
            }
        }
    }

    /** Vectors all of whose components are alike, three in all, as the ids tell. */
    private static Dataset<Row> equal(Dataset<Long> ids) {
        return ids.selectExpr("id", "array_repeat(CAST(id % 3 AS float), " + LARGE_DIM + ") AS embedding");
    }

    private static long largeQueries(SparkSession spark, String path, String cacheMaxBytes) {
        return PomaiSearch.on(spark, path)
                .queries(equal(spark.range(0, LARGE_QUERIES, 1, 40)))
                .queryId("id")
                .queryVector("embedding")
                .topK(1)
                .option("query_batch_bytes", "16m")
                .option("cache_dir", path + "-cache")
                .option("cache_max_bytes", cacheMaxBytes)
                .run()
                .where("query_id % 3 = id AND score = 0")
                .count();
    }

    private static long smallQueries(SparkSession spark, String path) {
        return PomaiSearch.on(spark, path)
                .queries(spark.range(SMALL_QUERIES).selectExpr("id", "array(CAST(id % 50 AS float)) AS embedding"))
                .queryId("id")
                .queryVector("embedding")
                .topK(HITS)
                .option("cache_dir", path + "-cache")
                .option("cache_max_bytes", "1")
                .columns("word")
                .run()
                .where("word = " + WORD + " AND (rank = 1) = (id = query_id % 50)")
                .count();
    }
}
