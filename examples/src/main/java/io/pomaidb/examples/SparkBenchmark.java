package io.pomaidb.examples;

import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.spark.PomaiSearch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What Spark costs over the engine alone, in one run: writing, searching a batch of queries, and searching one query at a
 * time in a session that has searched before. Run by {@code bin/benchmark-spark}.
 */
@Command(
        name = "bin/benchmark-spark",
        mixinStandardHelpOptions = true,
        description = "Writes and searches the same vectors with the engine alone on two threads and in local[2].")
public final class SparkBenchmark implements Callable<Integer> {
    private static final int THREADS = 2;
    private static final StructType ROWS = new StructType()
            .add("id", DataTypes.LongType)
            .add("embedding", DataTypes.createArrayType(DataTypes.FloatType, false));

    @Option(names = "--rows", defaultValue = "500000", description = "vectors to write (default: ${DEFAULT-VALUE})")
    private int rows;

    @Option(names = "--queries", defaultValue = "1000", description = "queries of a batch (default: ${DEFAULT-VALUE})")
    private int queries;

    @Option(names = "--shards", defaultValue = "4", description = "shards of the index (default: ${DEFAULT-VALUE})")
    private int shards;

    @Option(names = "--m", defaultValue = "16", description = "links of a node (default: ${DEFAULT-VALUE})")
    private int m;

    @Option(names = "--ef-construction", defaultValue = "200", description = "default: ${DEFAULT-VALUE}")
    private int efConstruction;

    @Option(names = "--ef-search", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
    private int efSearch;

    @Option(names = "--top-k", defaultValue = "10", description = "default: ${DEFAULT-VALUE}")
    private int topK;

    @Option(names = "--rounds", defaultValue = "11", description = "rounds of each search (default: ${DEFAULT-VALUE})")
    private int rounds;

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
            Dataset<Row> frame = frame(spark, vectors, 0, rows, scratch.resolve("rows"));
            // A write that does not count: class loading and compilation are a JVM's.
            write(frame.limit(rows / 10), scratch.resolve("first").toString());
            var engine = new EngineAlone(scratch.resolve("engine"), shards, THREADS, m, efConstruction, efSearch);
            double engineWrite = engine.write(vectors, rows);
            double sparkWrite = write(frame, index);
            frame.unpersist();

            System.out.printf(
                    Locale.ROOT,
                    "%s, %,d x %d, %d shards, m %d, ef_construction %d, ef_search %d, top %d, local[%d]%n",
                    vectors.name(),
                    rows,
                    BenchmarkVectors.DIM,
                    shards,
                    m,
                    efConstruction,
                    efSearch,
                    topK,
                    THREADS);
            print("write, seconds", engineWrite, sparkWrite);
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
        Dataset<Row> asked = frame(spark, vectors, rows, queries, scratch.resolve("queries"));
        PomaiSearch search = PomaiSearch.on(spark, index).topK(topK);
        PomaiSearch all = search.queries(asked).queryId("id").queryVector("embedding");
        var engineSeconds = new double[rounds];
        var sparkSeconds = new double[rounds];
        List<List<Long>> byEngine = List.of();
        List<Row> bySpark = List.of();
        List<PomaiDatabase> databases = engine.open();
        try {
            for (int round = -1; round < rounds; round++) {
                long started = System.nanoTime();
                byEngine = engine.search(databases, batch, topK);
                double engineTook = secondsSince(started);
                started = System.nanoTime();
                bySpark = all.run().collectAsList();
                if (round >= 0) {
                    engineSeconds[round] = engineTook;
                    sparkSeconds[round] = secondsSince(started);
                }
            }
        } finally {
            databases.forEach(PomaiDatabase::close);
        }
        print("search of " + queries + " queries, seconds", median(engineSeconds), median(sparkSeconds));
        System.out.printf(Locale.ROOT, "%-36s %9.1f %%%n", "the same hits", 100 * agreement(byEngine, bySpark));
        var oneSeconds = new double[3 * rounds];
        for (int round = -3; round < oneSeconds.length; round++) {
            float[] query = vectors.row(rows + Math.floorMod(round, queries));
            long started = System.nanoTime();
            search.query(query).run().collectAsList();
            if (round >= 0) {
                oneSeconds[round] = secondsSince(started);
            }
        }
        System.out.printf(Locale.ROOT, "%-36s %9s %9.3f%n", "one query, seconds", "", median(oneSeconds));
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

    /** Rows in the executors' memory, in the form in which Spark's operators hand them on. */
    static Dataset<Row> frame(SparkSession spark, BenchmarkVectors vectors, int from, int count, Path file) {
        var list = new ArrayList<Row>(count);
        for (int id = from; id < from + count; id++) {
            list.add(RowFactory.create((long) id, vectors.row(id)));
        }
        spark.createDataFrame(list, ROWS).repartition(THREADS).write().parquet(file.toString());
        return spark.read().parquet(file.toString()).localCheckpoint();
    }

    private double write(Dataset<Row> frame, String path) {
        long started = System.nanoTime();
        frame.write()
                .format("pomaidb")
                .option("metric", "l2")
                .option("shards", shards)
                .option("hnsw_m", m)
                .option("hnsw_ef_construction", efConstruction)
                .option("hnsw_ef_search", efSearch)
                .option("adaptive_threshold", 0)
                .mode(SaveMode.Overwrite)
                .save(path);
        return secondsSince(started);
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
