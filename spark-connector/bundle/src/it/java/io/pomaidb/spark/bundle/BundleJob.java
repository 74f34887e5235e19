package io.pomaidb.spark.bundle;

import io.pomaidb.spark.PomaiSearch;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** A job that uses all that the jar brings: native library, Parquet, bitmaps, JSON and commits. */
public final class BundleJob {
    private static final String CIRCLE =
            "SELECT id, array(cast(cos(id) AS float), cast(sin(id) AS float)) AS embedding, concat('word ', id) AS word";

    private BundleJob() {}

    /**
     * Runs the job.
     *
     * @param arguments the folder to work in
     */
    public static void main(String[] arguments) throws IOException {
        String path = arguments[0] + "/words";
        try (var spark = SparkSession.builder().appName("bundle").getOrCreate()) {
            rows(spark, 0, 2_000)
                    .write()
                    .format("pomaidb")
                    .option("metric", "l2")
                    .option("shards", 3)
                    .mode(SaveMode.ErrorIfExists)
                    .save(path);
            rows(spark, 1_000, 1_010)
                    .selectExpr("id", "embedding", "'changed' AS word")
                    .write()
                    .format("pomaidb")
                    .mode(SaveMode.Append)
                    .save(path);
            String table = "pomaidb.`" + path + "`";
            spark.sql("DELETE FROM " + table + " WHERE word LIKE 'word 7%'");

            check("rows", "1889", spark.read().format("pomaidb").load(path).count());
            check(
                    "a condition",
                    "[1001]",
                    ids(PomaiSearch.on(spark, path)
                            .query((float) Math.cos(1001), (float) Math.sin(1001))
                            .where("word = 'changed'")
                            .columns("word")
                            .topK(1)
                            .run()));
            check(
                    "SQL",
                    "[25]",
                    ids(spark.sql("SELECT id, word FROM " + table + " WHERE word >= 'word 2' AND word < 'word 3'"
                            + " ORDER BY pomaidb.l2_distance(embedding, array(" + Math.cos(25) + ", " + Math.sin(25)
                            + ")) LIMIT 1")));
            check(
                    "the table function",
                    "[25]",
                    ids(spark.sql("SELECT * FROM pomai_search(index => '" + path + "', query_vector => array("
                            + Math.cos(25) + ", " + Math.sin(25) + "), num_results => 1)")));
        }
    }

    private static Dataset<Row> rows(SparkSession spark, long from, long to) {
        return spark.sql(CIRCLE + " FROM range(" + from + ", " + to + ")");
    }

    private static String ids(Dataset<Row> hits) {
        List<Row> rows = hits.collectAsList();
        return rows.stream().map(row -> row.getAs("id").toString()).collect(Collectors.joining(",", "[", "]"));
    }

    private static void check(String what, String expected, Object found) {
        if (!expected.equals(found.toString())) {
            throw new IllegalStateException(what + ": " + found + " instead of " + expected);
        }
    }
}
