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
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.feature.BucketedRandomProjectionLSH;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    /** As many as are worth a job: each compares them with all rows. */
    private static final int CROSS_JOIN_QUERIES = 100;

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

    @Mixin
    private GraphOptions graph;

    @Option(names = "--top-k", defaultValue = "10", description = "default: ${DEFAULT-VALUE}")
    private int topK;

    @Option(
            names = "--rounds",
            defaultValue = "9",
            description = "rounds of short searches (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--cross-join-seconds",
            defaultValue = "200",
            description = "after which the cross join begins with no further queries; 0 leaves it out (default:"
                    + " ${DEFAULT-VALUE})")
    private int crossJoinSeconds;

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
            Dataset<Row> indexed = BenchmarkRows.of(spark, vectors, 0, rows, THREADS, scratch.resolve("rows"));
            Dataset<Row> asked = BenchmarkRows.of(spark, vectors, rows, queries, THREADS, scratch.resolve("queries"));
            System.out.printf(
                    Locale.ROOT,
                    "%s, %,d x %d, %d queries, top %d, %s, local[%d]%n%-24s %10s %10s %10s%n",
                    vectors.name(),
                    rows,
                    BenchmarkVectors.DIM,
                    queries,
                    topK,
                    graph,
                    THREADS,
                    "",
                    "build, s",
                    "search, s",
                    "recall");
            double search =
                    pomaidb(spark, indexed, asked, scratch.resolve("index").toString(), exact);
            hnswlib(spark, indexed, vectors, exact);
            hashing(indexed, asked, exact);
            if (crossJoinSeconds > 0) {
                System.out.printf(
                        Locale.ROOT,
                        "pomaidb searches %.0f times as fast as the cross join%n",
                        crossJoin(spark, indexed, asked, exact) / search);
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

    private double pomaidb(
            SparkSession spark, Dataset<Row> indexed, Dataset<Row> asked, String path, List<List<Long>> exact) {
        var search = PomaiSearch.on(spark, path)
                .queries(asked)
                .queryId("id")
                .queryVector("embedding")
                .topK(topK);
        // Once more than it counts, as JVMs warm up with what is measured first.
        graph.write(indexed.limit(rows / 10), THREADS, path);
        search.run().collectAsList();
        double build = graph.write(indexed, THREADS, path);
        var hits = new Timed<>(() -> search.run().collectAsList());
        Map<Integer, List<Long>> found = new HashMap<>();
        for (Row hit : hits.result) {
            found.computeIfAbsent((int) (hit.getLong(0) - rows), query -> new ArrayList<>())
                    .add(hit.getLong(2));
        }
        print("pomaidb", build, hits.median, recall(found, exact));
        return hits.median;
    }

    /** What a search finds, and the median of its times after some that do not count. */
    private final class Timed<T> {
        private final double median;
        private final T result;

        Timed(Supplier<T> search) {
            T last = search.get();
            var seconds = new double[rounds];
            for (int round = -rounds; round < rounds; round++) {
                var watch = new Stopwatch();
                last = search.get();
                if (round >= 0) {
                    seconds[round] = watch.seconds();
                }
            }
            result = last;
            median = Stopwatch.median(seconds);
        }
    }

    private void hnswlib(SparkSession spark, Dataset<Row> indexed, BenchmarkVectors vectors, List<List<Long>> exact) {
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        var asked = new ArrayList<>(
                IntStream.range(rows, rows + queries).mapToObj(vectors::row).toList());
        var watch = new Stopwatch();
        try (var search = HnswlibSearch.build(indexed, rows, graph.m, graph.efConstruction, graph.efSearch)) {
            double build = watch.seconds();
            var found = new Timed<>(() -> search.search(context, asked, topK));
            print("hnswlib-core", build, found.median, recall(found.result, exact));
        }
    }

    private void hashing(Dataset<Row> indexed, Dataset<Row> asked, List<List<Long>> exact) {
        var vector = functions.array_to_vector(indexed.col("embedding"));
        Dataset<Row> rowsOfVectors = indexed.withColumn("vector", vector);
        Dataset<Row> queryVectors = asked.withColumn("vector", functions.array_to_vector(asked.col("embedding")));
        var watch = new Stopwatch();
        var model = new BucketedRandomProjectionLSH()
                .setInputCol("vector")
                .setOutputCol("hashes")
                .setBucketLength(8)
                .setNumHashTables(4)
                .setSeed(42)
                .fit(rowsOfVectors);
        Dataset<Row> hashed = model.transform(rowsOfVectors).localCheckpoint();
        double build = watch.seconds();
        watch = new Stopwatch();
        // Neighbours are in one cluster, whose rows are about 5 apart.
        List<Row> hits = model.approxSimilarityJoin(hashed, model.transform(queryVectors), 6, "distance")
                .selectExpr("datasetB.id AS query", "datasetA.id AS id", "distance")
                .groupBy("query")
                .agg(org.apache.spark.sql.functions.expr(
                        "slice(sort_array(collect_list(struct(distance, id))), 1, " + topK + ") AS hits"))
                .collectAsList();
        print("MLlib LSH", build, watch.seconds(), recall(hits(hits), exact));
    }

    /** Joins some queries after the other until the time is over. Gives the seconds that all of them take. */
    private double crossJoin(SparkSession spark, Dataset<Row> indexed, Dataset<Row> asked, List<List<Long>> exact) {
        indexed.createOrReplaceTempView("indexed");
        var found = new ArrayList<Row>();
        var watch = new Stopwatch();
        int joined = 0;
        while (joined < queries && watch.seconds() < crossJoinSeconds) {
            int end = Math.min(queries, joined + CROSS_JOIN_QUERIES);
            asked.filter("id >= " + (rows + joined) + " AND id < " + (rows + end))
                    .createOrReplaceTempView("asked");
            found.addAll(
                    spark.sql(CROSS_JOIN.formatted(topK).replace("\n", " ")).collectAsList());
            joined = end;
        }
        double all = watch.seconds() * queries / joined;
        print("SQL cross join", 0, all, recall(hits(found), exact.subList(0, joined)));
        if (joined < queries) {
            System.out.printf(
                    Locale.ROOT,
                    "(its %d queries were not waited for: %d took %.1f s, and the time above is that times %.1f)%n",
                    queries,
                    joined,
                    watch.seconds(),
                    (double) queries / joined);
        }
        return all;
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
}
