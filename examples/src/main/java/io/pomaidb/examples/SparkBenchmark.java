package io.pomaidb.examples;

import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.spark.PomaiSearch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What Spark costs over the engine alone, in one run: writing, searching a batch of queries, and searching one query at a
 * time in a session that has searched before. The queries of a batch are in the memory of both; beside that, Spark reads them
 * from files. Run by {@code bin/benchmark-spark}.
 */
@Command(
        name = "bin/benchmark-spark",
        mixinStandardHelpOptions = true,
        description = "Writes and searches the same vectors with the engine alone on two threads and in local[2].")
public final class SparkBenchmark implements Callable<Integer> {
    private static final int THREADS = 2;

    @Option(names = "--rows", defaultValue = "500000", description = "vectors to write (default: ${DEFAULT-VALUE})")
    private int rows;

    @Option(names = "--queries", defaultValue = "1000", description = "queries of a batch (default: ${DEFAULT-VALUE})")
    private int queries;

    @Option(names = "--shards", defaultValue = "4", description = "shards of the index (default: ${DEFAULT-VALUE})")
    private int shards;

    @Mixin
    private GraphOptions graph;

    @Option(names = "--top-k", defaultValue = "10", description = "default: ${DEFAULT-VALUE}")
    private int topK;

    @Option(names = "--rounds", defaultValue = "21", description = "rounds of each search (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--write-rounds", defaultValue = "7", description = "rounds of writes (default: ${DEFAULT-VALUE})")
    private int writeRounds;

    @Option(
            names = "--write-warm-up",
            defaultValue = "10",
            description = "rounds of writes before that, which do not count; the JVM compiles Spark's tasks in them"
                    + " (default: ${DEFAULT-VALUE})")
    private int writeWarmUp;

    @Option(
            names = "--warm-up",
            defaultValue = "100",
            description = "rounds before that, which do not count; the JVM compiles Spark's planner in them"
                    + " (default: ${DEFAULT-VALUE})")
    private int warmUp;

    /** Runs the benchmark. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SparkBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        var vectors = BenchmarkVectors.clustered(rows + queries);
        var scratch = Files.createTempDirectory("pomaidb-benchmark-");
        String index = scratch.resolve("spark").toString();
        try (var spark = LocalSpark.start("PomaiDB benchmark", "local[" + THREADS + "]")) {
            Dataset<Row> frame = BenchmarkRows.of(spark, vectors, 0, rows, THREADS, scratch.resolve("rows"));
            var engine = graph.engine(scratch.resolve("engine"), shards, THREADS);
            double firstEngineWrite = engine.write(vectors, rows);
            double firstSparkWrite = graph.write(frame, shards, index);
            var engineWrites = new double[writeRounds];
            var sparkWrites = new double[writeRounds];
            for (int round = -writeWarmUp; round < writeRounds; round++) {
                var folder = scratch.resolve("round-" + round);
                double engineTook =
                        graph.engine(folder.resolve("engine"), shards, THREADS).write(vectors, rows);
                double sparkTook =
                        graph.write(frame, shards, folder.resolve("spark").toString());
                if (round >= 0) {
                    engineWrites[round] = engineTook;
                    sparkWrites[round] = sparkTook;
                }
                Files.walkFileTree(folder, new Deleting());
            }
            frame.unpersist();

            System.out.printf(
                    Locale.ROOT,
                    "%s, %,d x %d, %d shards, %s, top %d, local[%d]%n",
                    vectors.name(),
                    rows,
                    BenchmarkVectors.DIM,
                    shards,
                    graph,
                    topK,
                    THREADS);
            print("the JVM's first write, seconds", firstEngineWrite, firstSparkWrite);
            print("write, seconds", Stopwatch.median(engineWrites), Stopwatch.median(sparkWrites));
            search(spark, engine, vectors, index, scratch);
        } finally {
            Files.walkFileTree(scratch, new Deleting());
        }
        return 0;
    }

    private void search(SparkSession spark, EngineAlone engine, BenchmarkVectors vectors, String index, Path scratch)
            throws Exception {
        float[] batch = Arrays.copyOfRange(
                vectors.values(), rows * BenchmarkVectors.DIM, (rows + queries) * BenchmarkVectors.DIM);
        Dataset<Row> asked = BenchmarkRows.of(spark, vectors, rows, queries, THREADS, scratch.resolve("queries"));
        PomaiSearch search = PomaiSearch.on(spark, index).topK(topK);
        PomaiSearch all = search.queries(asked).queryId("id").queryVector("embedding");
        // The same rows where a table has them: Spark reads the files in each round, the engine alone has them in
        // memory.
        Dataset<Row> table = spark.read().parquet(scratch.resolve("queries").toString());
        PomaiSearch fromTable = search.queries(table).queryId("id").queryVector("embedding");
        var engineSeconds = new double[rounds];
        var sparkSeconds = new double[rounds];
        var listSeconds = new double[rounds];
        var tableSeconds = new double[rounds];
        List<List<Long>> byEngine = List.of();
        List<Row> bySpark = List.of();
        List<Row> byList = List.of();
        List<Row> byTable = List.of();
        List<PomaiDatabase> databases = engine.open();
        try {
            for (int round = -warmUp; round < rounds; round++) {
                var watch = new Stopwatch();
                byEngine = engine.search(databases, batch, topK);
                double engineTook = watch.seconds();
                watch = new Stopwatch();
                bySpark = all.run().collectAsList();
                double sparkTook = watch.seconds();
                watch = new Stopwatch();
                byList = all.collectAsList();
                double listTook = watch.seconds();
                watch = new Stopwatch();
                byTable = fromTable.run().collectAsList();
                if (round >= 0) {
                    engineSeconds[round] = engineTook;
                    sparkSeconds[round] = sparkTook;
                    listSeconds[round] = listTook;
                    tableSeconds[round] = watch.seconds();
                }
            }
        } finally {
            databases.forEach(PomaiDatabase::close);
        }
        double engineMedian = Stopwatch.median(engineSeconds);
        print("search of " + queries + " queries, seconds", engineMedian, Stopwatch.median(sparkSeconds));
        print("the same by collectAsList()", engineMedian, Stopwatch.median(listSeconds));
        print("the same, queries in Parquet files", engineMedian, Stopwatch.median(tableSeconds));
        System.out.printf(
                Locale.ROOT,
                "%-36s %9.1f %%, %.1f %%, %.1f %%%n",
                "the same hits",
                100 * agreement(byEngine, bySpark),
                100 * agreement(byEngine, byList),
                100 * agreement(byEngine, byTable));
        var oneSeconds = new double[3 * rounds];
        var oneListSeconds = new double[3 * rounds];
        for (int round = -3; round < oneSeconds.length; round++) {
            float[] query = vectors.row(rows + Math.floorMod(round, queries));
            var watch = new Stopwatch();
            search.query(query).run().collectAsList();
            if (round >= 0) {
                oneSeconds[round] = watch.seconds();
            }
            watch = new Stopwatch();
            search.query(query).collectAsList();
            if (round >= 0) {
                oneListSeconds[round] = watch.seconds();
            }
        }
        System.out.printf(
                Locale.ROOT,
                "one query, seconds: %.3f, by collectAsList() %.4f%n",
                Stopwatch.median(oneSeconds),
                Stopwatch.median(oneListSeconds));
    }

    /** The share of the engine's hits that Spark's search has as well. */
    private double agreement(List<List<Long>> byEngine, List<Row> bySpark) {
        Map<Long, HashSet<Long>> found = bySpark.stream()
                .collect(Collectors.groupingBy(
                        row -> row.getLong(0),
                        Collectors.mapping(row -> row.getLong(2), Collectors.toCollection(HashSet::new))));
        long same = 0;
        for (int query = 0; query < byEngine.size(); query++) {
            var own = found.get((long) rows + query);
            same += byEngine.get(query).stream().filter(own::contains).count();
        }
        return (double) same / ((long) byEngine.size() * topK);
    }

    private static void print(String what, double engine, double spark) {
        System.out.printf(
                Locale.ROOT, "%-36s engine %8.3f  Spark %8.3f  ratio %5.2f%n", what, engine, spark, spark / engine);
    }
}
