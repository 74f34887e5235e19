package io.pomaidb.spark.connect;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** A program that has Spark Connect's client and nothing of the connector, which options and SQL reach on the server. */
public final class ConnectClient {
    private static final String CIRCLE =
            "SELECT id, array(cast(cos(id) AS float), cast(sin(id) AS float)) AS embedding, concat('word ', id) AS word";

    private ConnectClient() {}

    /**
     * Runs the program.
     *
     * @param arguments where the server is, and the folder to work in
     */
    public static void main(String[] arguments) {
        String path = arguments[1] + "/words";
        SparkSession spark = SparkSession.builder().remote(arguments[0]).getOrCreate();
        options(spark, path);
        sql(spark, path);
        catalog(spark, arguments[1]);
        // To release its session, a server wants Spark ML, which this one has not.
        System.exit(0);
    }

    private static void options(SparkSession spark, String path) {
        rows(spark, 0, 500)
                .write()
                .format("pomaidb")
                .option("metric", "l2")
                .option("shards", 3)
                .mode(SaveMode.ErrorIfExists)
                .save(path);
        rows(spark, 500, 600).write().format("pomaidb").mode(SaveMode.Append).save(path);
        Dataset<Row> read = spark.read().format("pomaidb").load(path);
        check("rows", "600", read.count());
        check("a condition", "[7]", ids(read.where("word = 'word 7'")));

        check(
                "one query",
                "[25]",
                ids(spark.read()
                        .format("pomaidb")
                        .option("query", "[" + Math.cos(25) + ", " + Math.sin(25) + "]")
                        .option("top_k", 1)
                        .option("columns", "word")
                        .load(path)));
        rows(spark, 100, 103).createOrReplaceTempView("connect_queries");
        check(
                "queries",
                "[100,101,102]",
                ids(spark.read()
                        .format("pomaidb")
                        .option("queries", "connect_queries")
                        .option("query_id", "id")
                        .option("query_vector", "embedding")
                        .option("top_k", 1)
                        .load(path)
                        .orderBy("query_id")));
    }

    private static void sql(SparkSession spark, String path) {
        String table = "pomaidb.`" + path + "`";
        spark.sql("DELETE FROM " + table + " WHERE word LIKE 'word 59%'");
        check(
                "a deletion",
                "[[589]]",
                spark.sql("SELECT count(*) FROM " + table).collectAsList());
        String nearest = "SELECT id, word FROM " + table + " WHERE word >= 'word 2' AND word < 'word 3'"
                + " ORDER BY pomaidb.l2_distance(embedding, array(" + Math.cos(25) + ", " + Math.sin(25) + ")) LIMIT 1";
        check("an order", "[25]", ids(spark.sql(nearest)));
        String plan = spark.sql("EXPLAIN " + nearest).first().getString(0);
        if (!plan.contains("pomaidb nearest 1")) {
            throw new IllegalStateException("The order does not reach the index: " + plan);
        }
        check(
                "the table function",
                "[25]",
                ids(spark.sql("SELECT * FROM pomai_search(index => '" + path + "', query_vector => array("
                        + Math.cos(25) + ", " + Math.sin(25) + "), num_results => 1)")));
    }

    private static void catalog(SparkSession spark, String folder) {
        spark.conf().set("spark.sql.catalog.lake", "io.pomaidb.spark.PomaiCatalog");
        spark.conf().set("spark.sql.catalog.lake.warehouse", folder + "/lake");
        rows(spark, 0, 20).createOrReplaceTempView("connect_rows");
        spark.sql("CREATE TABLE lake.words TBLPROPERTIES (metric 'l2') AS SELECT * FROM connect_rows");
        spark.sql("MERGE INTO lake.words t USING (SELECT id * 2 AS id FROM range(3)) s ON t.id = s.id"
                + " WHEN MATCHED THEN UPDATE SET word = 'merged'");
        check("a merge", "[0,2,4]", ids(spark.sql("SELECT id FROM lake.words WHERE word = 'merged' ORDER BY id")));
        check(
                "a procedure",
                "[1, 2]",
                spark.sql("CALL lake.system.snapshots('words')").collectAsList().stream()
                        .map(row -> row.<Long>getAs("version"))
                        .toList());
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
