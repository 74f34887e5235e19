package io.pomaidb.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
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
 * What Spark's writer costs over the engine alone: the same rows into the same shards, by two threads that call the
 * engine directly, and by {@code df.write} in {@code local[2]}. Rounds alternate; the medians are compared. Run by {@code
 * bin/benchmark-write}.
 */
@Command(
        name = "bin/benchmark-write",
        mixinStandardHelpOptions = true,
        description = "Writes the same vectors with the engine alone on two threads and through Spark in local[2].")
public final class WriteBenchmark implements Callable<Integer> {

    private static final int THREADS = 2;
    private static final int M = 16;
    private static final int EF_CONSTRUCTION = 200;
    private static final int EF_SEARCH = 64;
    private static final StructType ROWS = new StructType()
            .add("id", DataTypes.LongType)
            .add("embedding", DataTypes.createArrayType(DataTypes.FloatType, false));

    @Option(names = "--rows", defaultValue = "100000", description = "vectors to write (default: ${DEFAULT-VALUE})")
    private int rows;

    @Option(names = "--shards", defaultValue = "4", description = "shards of the index (default: ${DEFAULT-VALUE})")
    private int shards;

    @Option(names = "--rounds", defaultValue = "31", description = "rounds of each side (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--warm-up",
            defaultValue = "20",
            description = "rounds before that, which do not count (default: ${DEFAULT-VALUE})")
    private int warmUp;

    /** Runs the benchmark; system property {@code pomaidb.home} names the folder of the project. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new WriteBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        var home = Path.of(System.getProperty("pomaidb.home", "."));
        var vectors = BenchmarkVectors.of(rows, home);
        var scratch = Files.createTempDirectory("pomaidb-benchmark-");
        var engineSeconds = new double[rounds];
        var sparkSeconds = new double[rounds];
        try (var spark = LocalSpark.start("PomaiDB write benchmark", "local[" + THREADS + "]")) {
            var frame = frame(spark, vectors, scratch.resolve("rows"));
            // Class loading and compilation are a JVM's, not a write's: compiling what Spark's driver runs once a write
            // takes a tenth of the processor time of the first rounds, and a twentieth around the twentieth.
            for (int round = 0; round < warmUp; round++) {
                writeWithEngine(vectors, scratch.resolve("engine"));
                writeWithSpark(frame, scratch.resolve("spark"));
            }
            for (int round = 0; round < rounds; round++) {
                engineSeconds[round] = writeWithEngine(vectors, scratch.resolve("engine"));
                sparkSeconds[round] = writeWithSpark(frame, scratch.resolve("spark"));
                System.out.printf(
                        Locale.ROOT,
                        "round %d: engine alone %.2f s, Spark %.2f s%n",
                        round + 1,
                        engineSeconds[round],
                        sparkSeconds[round]);
            }
        } finally {
            delete(scratch);
        }
        double engine = median(engineSeconds);
        double spark = median(sparkSeconds);
        System.out.printf(
                Locale.ROOT,
                "%s, %,d x %d, %d shards, m %d, ef_construction %d, medians of %d rounds:%n"
                        + "engine alone, %d threads  %7.2f s  %,9.0f vectors/s%n"
                        + "Spark, local[%d]          %7.2f s  %,9.0f vectors/s%n"
                        + "Spark / engine           %7.2f%n",
                vectors.name(),
                rows,
                BenchmarkVectors.DIM,
                shards,
                M,
                EF_CONSTRUCTION,
                rounds,
                THREADS,
                engine,
                rows / engine,
                THREADS,
                spark,
                rows / spark,
                spark / engine);
        return 0;
    }

    /**
     * A table in the executors' memory, in the form in which Spark's operators hand on rows: the engine's side does not
     * read or convert its rows either. Through a file, because rows of the driver's own would travel with each task.
     */
    private static Dataset<Row> frame(SparkSession spark, BenchmarkVectors vectors, Path file) {
        var list = new ArrayList<Row>(vectors.rows());
        for (int id = 0; id < vectors.rows(); id++) {
            list.add(RowFactory.create((long) id, vectors.row(id)));
        }
        spark.createDataFrame(list, ROWS).repartition(THREADS).write().parquet(file.toString());
        return spark.read().parquet(file.toString()).localCheckpoint();
    }

    private double writeWithSpark(Dataset<Row> frame, Path index) {
        long started = System.nanoTime();
        frame.write()
                .format("pomaidb")
                .option("metric", "l2")
                .option("shards", shards)
                .option("hnsw_m", M)
                .option("hnsw_ef_construction", EF_CONSTRUCTION)
                .option("adaptive_threshold", 0)
                .mode(SaveMode.Overwrite)
                .save(index.toString());
        return secondsSince(started);
    }

    private double writeWithEngine(BenchmarkVectors vectors, Path folder)
            throws IOException, InterruptedException, ExecutionException {
        delete(folder);
        return new EngineAlone(folder, shards, THREADS, M, EF_CONSTRUCTION, EF_SEARCH).write(vectors, rows);
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            Files.walkFileTree(folder, new Deleting());
        }
    }
}
