package io.pomaidb.examples;

import io.pomaidb.spark.PomaiSearch;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.feature.BucketedRandomProjectionLSH;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The data source beside what Spark's users do without it, on the same vectors in one run: hnswlib-core in the partitions'
 * memory, MLlib's locality-sensitive hashing, and SQL's cross join. Run by {@code bin/benchmark-rivals}.
 */
@Command(
        name = "bin/benchmark-rivals",
        mixinStandardHelpOptions = true,
        description = "Indexes and searches the same vectors in each of the ways in which Spark can.")
public final class RivalsBenchmark implements Callable<Integer> {
    private static final int THREADS = 2;
    private static final String CROSS_JOIN =
            """
            SELECT query, sort_array(collect_list(struct(distance, id))) AS hits FROM (
                SELECT query, id, distance, row_number() OVER (PARTITION BY query ORDER BY distance) AS rank FROM (
                    SELECT q.id AS query, r.id AS id, aggregate(
                        zip_with(q.embedding, r.embedding, (a, b) -> (a - b) * (a - b)),
                        CAST(0 AS float), (sum, x) -> sum + x) AS distance
                    FROM asked q CROSS JOIN indexed r))
            WHERE rank <= %d GROUP BY query""";

    @Option(names = "--rows", defaultValue = "100000", description = "vectors (default: ${DEFAULT-VALUE})")
    private int rows;

    @Option(names = "--queries", defaultValue = "500", description = "queries (default: ${DEFAULT-VALUE})")
    private int queries;

    @Option(names = "--m", defaultValue = "16", description = "links of a node (default: ${DEFAULT-VALUE})")
    private int m;

    @Option(names = "--ef-construction", defaultValue = "200", description = "default: ${DEFAULT-VALUE}")
    private int efConstruction;

    @Option(names = "--ef-search", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
    private int efSearch;

    @Option(names = "--top-k", defaultValue = "10", description = "default: ${DEFAULT-VALUE}")
    private int topK;

    @Option(names = "--no-cross-join", description = "leaves the cross join out, which takes minutes")
    private boolean withoutCrossJoin;

    /** Runs the benchmark. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new RivalsBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        var vectors = BenchmarkVectors.clustered(rows + queries);
        var exact = exact(vectors);
        var scratch = Files.createTempDirectory("pomaidb-benchmark-");
        try (var spark = LocalSpark.start("PomaiDB and others", "local[" + THREADS + "]")) {
            Dataset<Row> indexed = SparkBenchmark.frame(spark, vectors, 0, rows, scratch.resolve("rows"));
            Dataset<Row> asked = SparkBenchmark.frame(spark, vectors, rows, queries, scratch.resolve("queries"));
            System.out.printf(
                    Locale.ROOT,
                    "%s, %,d x %d, %d queries, top %d, m %d, ef_construction %d, ef_search %d, local[%d]%n%-24s %10s %10s %10s%n",
                    vectors.name(),
                    rows,
                    BenchmarkVectors.DIM,
                    queries,
                    topK,
                    m,
                    efConstruction,
                    efSearch,
                    THREADS,
                    "",
                    "build, s",
                    "search, s",
                    "recall");
            pomaidb(spark, indexed, asked, scratch.resolve("index").toString(), exact);
            hnswlib(spark, indexed, vectors, exact);
            hashing(indexed, asked, exact);
            if (!withoutCrossJoin) {
                crossJoin(spark, indexed, asked, exact);
            }
        } finally {
            Files.walkFileTree(scratch, new Deleting());
        }
        return 0;
    }

    private List<List<Long>> exact(BenchmarkVectors vectors) {
        var search = new ExactSearch(
                "l2",
                topK,
                IntStream.range(rows, rows + queries).mapToObj(vectors::row).toList());
        for (int id = 0; id < rows; id++) {
            search.add(id, vectors.row(id));
        }
        return IntStream.range(0, queries).mapToObj(search::ids).toList();
    }

    private void pomaidb(
            SparkSession spark, Dataset<Row> indexed, Dataset<Row> asked, String path, List<List<Long>> exact) {
        var search = PomaiSearch.on(spark, path)
                .queries(asked)
                .queryId("id")
                .queryVector("embedding")
                .topK(topK);
        // Once more than it counts, as JVMs warm up with what is measured first.
        write(indexed.limit(rows / 10), path);
        search.run().collectAsList();
        long started = System.nanoTime();
        write(indexed, path);
        double build = secondsSince(started);
        search.run().collectAsList();
        started = System.nanoTime();
        List<Row> hits = search.run().collectAsList();
        double took = secondsSince(started);
        Map<Integer, List<Long>> found = new HashMap<>();
        for (Row hit : hits) {
            found.computeIfAbsent((int) (hit.getLong(0) - rows), query -> new ArrayList<>())
                    .add(hit.getLong(2));
        }
        print("pomaidb", build, took, recall(found, exact));
    }

    private void write(Dataset<Row> frame, String path) {
        frame.write()
                .format("pomaidb")
                .option("metric", "l2")
                .option("shards", THREADS)
                .option("hnsw_m", m)
                .option("hnsw_ef_construction", efConstruction)
                .option("hnsw_ef_search", efSearch)
                .option("adaptive_threshold", 0)
                .mode("overwrite")
                .save(path);
    }

    private void hnswlib(SparkSession spark, Dataset<Row> indexed, BenchmarkVectors vectors, List<List<Long>> exact) {
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        var asked = new ArrayList<>(
                IntStream.range(rows, rows + queries).mapToObj(vectors::row).toList());
        long started = System.nanoTime();
        try (var search = HnswlibSearch.build(indexed, rows, m, efConstruction, efSearch)) {
            double build = secondsSince(started);
            search.search(context, asked, topK);
            started = System.nanoTime();
            Map<Integer, List<Long>> found = search.search(context, asked, topK);
            print("hnswlib-core", build, secondsSince(started), recall(found, exact));
        }
    }

    private void hashing(Dataset<Row> indexed, Dataset<Row> asked, List<List<Long>> exact) {
        var vector = functions.array_to_vector(indexed.col("embedding"));
        Dataset<Row> rowsOfVectors = indexed.withColumn("vector", vector);
        Dataset<Row> queryVectors = asked.withColumn("vector", functions.array_to_vector(asked.col("embedding")));
        long started = System.nanoTime();
        var model = new BucketedRandomProjectionLSH()
                .setInputCol("vector")
                .setOutputCol("hashes")
                .setBucketLength(8)
                .setNumHashTables(4)
                .setSeed(42)
                .fit(rowsOfVectors);
        Dataset<Row> hashed = model.transform(rowsOfVectors).localCheckpoint();
        double build = secondsSince(started);
        started = System.nanoTime();
        // Neighbours are in one cluster, whose rows are about 5 apart.
        List<Row> hits = model.approxSimilarityJoin(hashed, model.transform(queryVectors), 6, "distance")
                .selectExpr("datasetB.id AS query", "datasetA.id AS id", "distance")
                .groupBy("query")
                .agg(org.apache.spark.sql.functions.expr(
                        "slice(sort_array(collect_list(struct(distance, id))), 1, " + topK + ") AS hits"))
                .collectAsList();
        print("MLlib LSH", build, secondsSince(started), recall(hits(hits), exact));
    }

    private void crossJoin(SparkSession spark, Dataset<Row> indexed, Dataset<Row> asked, List<List<Long>> exact) {
        indexed.createOrReplaceTempView("indexed");
        asked.createOrReplaceTempView("asked");
        long started = System.nanoTime();
        List<Row> hits =
                spark.sql(CROSS_JOIN.formatted(topK).replace("\n", " ")).collectAsList();
        print("SQL cross join", 0, secondsSince(started), recall(hits(hits), exact));
    }

    private Map<Integer, List<Long>> hits(List<Row> rowsOfHits) {
        Map<Integer, List<Long>> found = new HashMap<>();
        for (Row row : rowsOfHits) {
            found.put(
                    (int) (row.getLong(0) - rows),
                    row.<Row>getList(1).stream().map(hit -> hit.getLong(1)).toList());
        }
        return found;
    }

    private double recall(Map<Integer, List<Long>> found, List<List<Long>> exact) {
        long same = 0;
        for (int query = 0; query < exact.size(); query++) {
            var own = new HashSet<>(found.getOrDefault(query, List.of()));
            same += exact.get(query).stream().filter(own::contains).count();
        }
        return (double) same / ((long) exact.size() * topK);
    }

    private static void print(String what, double build, double search, double recall) {
        System.out.printf(Locale.ROOT, "%-24s %10.2f %10.3f %10.4f%n", what, build, search, recall);
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
