package io.pomaidb.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private GraphOptions graph;

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
            var frame = BenchmarkRows.of(spark, vectors, 0, rows, THREADS, scratch.resolve("rows"));
            // Class loading and compilation are a JVM's, not a write's: compiling what Spark's driver runs once a write
            // takes a tenth of the processor time of the first rounds, and a twentieth around the twentieth.
            for (int round = 0; round < warmUp; round++) {
                writeWithEngine(vectors, scratch.resolve("engine"));
                graph.write(frame, shards, scratch.resolve("spark").toString());
            }
            for (int round = 0; round < rounds; round++) {
                engineSeconds[round] = writeWithEngine(vectors, scratch.resolve("engine"));
                sparkSeconds[round] =
                        graph.write(frame, shards, scratch.resolve("spark").toString());
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
        double engine = Stopwatch.median(engineSeconds);
        double spark = Stopwatch.median(sparkSeconds);
        System.out.printf(
                Locale.ROOT,
                "%s, %,d x %d, %d shards, %s, medians of %d rounds:%n"
                        + "engine alone, %d threads  %7.2f s  %,9.0f vectors/s%n"
                        + "Spark, local[%d]          %7.2f s  %,9.0f vectors/s%n"
                        + "Spark / engine           %7.2f%n",
                vectors.name(),
                rows,
                BenchmarkVectors.DIM,
                shards,
                graph,
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

    private double writeWithEngine(BenchmarkVectors vectors, Path folder)
            throws IOException, InterruptedException, ExecutionException {
        delete(folder);
        return graph.engine(folder, shards, THREADS).write(vectors, rows);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            Files.walkFileTree(folder, new Deleting());
        }
    }
}
