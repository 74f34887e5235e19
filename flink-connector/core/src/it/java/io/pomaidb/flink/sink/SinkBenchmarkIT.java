package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.Metric;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.VectorBatch;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.index.Sharding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The sink on two slots beside the engine alone, with the same rows and as many threads; {@code bin/benchmark-flink}. */
@Tag("benchmark")
class SinkBenchmarkIT {
    private static final int DIM = 128;
    private static final int SLOTS = 2;
    private static final int MEGABYTES = Integer.getInteger("pomai.benchmark.megabytes", 50);
    private static final int ROWS = MEGABYTES * (1 << 20) / (DIM * Float.BYTES);
    private static final int CHECKPOINTS = 4;
    private static final int ROUNDS = Integer.getInteger("pomai.benchmark.rounds", 3);

    /** So that what a job needs to start is little beside what it does. */
    private static final long LONG_ROWS = 4L * ROWS;

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension(1, SLOTS);

    @TempDir
    private Path folder;

    private static float[] vector(long id) {
        var random = new Random(id);
        var vector = new float[DIM];
        for (int i = 0; i < DIM; i++) {
            vector[i] = random.nextFloat();
        }
        return vector;
    }

    private static final GeneratorFunction<Long, TestRow> GENERATED = id -> new TestRow(id, vector(id), false);

    /** As fast as it can: a limiter, however high its limit, costs each row more than putting it does. */
    private static DataGeneratorSource<TestRow> source(long rows) {
        return new DataGeneratorSource<>(GENERATED, rows, TypeInformation.of(TestRow.class));
    }

    private static DataGeneratorSource<TestRow> source(long rows, double rowsPerSecond) {
        return new DataGeneratorSource<>(
                GENERATED, rows, RateLimiterStrategy.perSecond(rowsPerSecond), TypeInformation.of(TestRow.class));
    }

    private PomaiSink<TestRow> sink(String name) throws Exception {
        return TestRow.sink(folder.resolve(name).toUri().toString(), SLOTS)
                .scratchDirectory(
                        Files.createDirectories(folder.resolve("scratch")).toString())
                .build();
    }

    /** How long the engine takes, in a thread for each shard: all of it, and the freezing alone. */
    private record EngineAlone(double seconds, double freezeSeconds) {}

    private EngineAlone engineAlone(String name, long rows) throws Exception {
        var options = PomaiOptions.parse(Map.of());
        var database = DatabaseOptions.builder(DIM)
                .metric(Metric.L2)
                .hnswM(options.hnswM())
                .hnswEfConstruction(options.hnswEfConstruction())
                .hnswEfSearch(options.hnswEfSearch())
                .adaptiveThreshold(options.adaptiveThreshold())
                .searchThreads(1)
                .build();
        var threads = Executors.newFixedThreadPool(SLOTS);
        try {
            var builds = new ArrayList<Callable<Long>>();
            for (int shard = 0; shard < SLOTS; shard++) {
                int built = shard;
                Path directory = Files.createDirectories(folder.resolve(name + shard));
                builds.add(() -> build(directory, database, built, rows));
            }
            long start = System.nanoTime();
            long slowestFreeze = 0;
            for (var freeze : threads.invokeAll(builds)) {
                slowestFreeze = Math.max(slowestFreeze, freeze.get());
            }
            return new EngineAlone(seconds(System.nanoTime() - start), seconds(slowestFreeze));
        } finally {
            threads.shutdown();
        }
    }

    private static long build(Path directory, DatabaseOptions options, int shard, long rows) throws Exception {
        try (var database = PomaiDatabase.open(directory, options);
                var batch = new VectorBatch(DIM, 8192)) {
            for (long id = 0; id < rows; id++) {
                if (Sharding.shardOf(id, SLOTS) == shard) {
                    batch.vectors().put(batch.add(id), vector(id));
                    if (batch.isFull()) {
                        database.putBatch(batch);
                        batch.clear();
                    }
                }
            }
            database.putBatch(batch);
            long start = System.nanoTime();
            database.freeze();
            return System.nanoTime() - start;
        }
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    /** Seconds that a job takes, from its submission to its end. */
    private double run(String name, long rows) throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(SLOTS);
        environment.setRuntimeMode(RuntimeExecutionMode.STREAMING);
        environment
                .fromSource(source(rows), WatermarkStrategy.noWatermarks(), "rows", TypeInformation.of(TestRow.class))
                .sinkTo(sink(name));
        long start = System.nanoTime();
        environment.execute();
        return seconds(System.nanoTime() - start);
    }

    /** For the script to show. */
    private static void print(String line) throws IOException {
        Files.writeString(
                Path.of("target", "sink-speed.txt"),
                line + System.lineSeparator(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static double median(double... values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    @Test
    void throughputBesideTheEngineAlone() throws Exception {
        run("warm-job", ROWS);
        engineAlone("warm-engine", ROWS);
        var engine = new double[ROUNDS];
        var job = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            engine[round] = engineAlone("engine-" + round, LONG_ROWS).seconds();
            job[round] = run("job-" + round, LONG_ROWS);
            assertThat(rows("job-" + round)).isEqualTo(LONG_ROWS);
        }
        double alone = median(engine);
        double sink = median(job);
        print("throughput: %d rows of %d components: engine alone %.2f s, job %.2f s, ratio %.2f (medians of %d rounds)"
                .formatted(LONG_ROWS, DIM, alone, sink, alone / sink, ROUNDS));
    }

    private long rows(String name) throws Exception {
        var path = new org.apache.hadoop.fs.Path(folder.resolve(name).toUri());
        var index = new TestIndex(folder, path, new org.apache.hadoop.conf.Configuration());
        return index.index().latestExisting().rows();
    }

    @Test
    void checkpointDurationBesideTheFreezeOfTheSameRows(@InjectMiniCluster MiniCluster cluster) throws Exception {
        run("warm-job", ROWS);
        engineAlone("warm-engine", ROWS);
        EngineAlone engine = engineAlone("engine", ROWS);
        long interval = Math.max(1_000, (long) (engine.seconds() * 3_000));
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(SLOTS);
        environment.enableCheckpointing(interval);
        environment
                .fromSource(
                        source((long) ROWS * CHECKPOINTS, ROWS * 1e3 / interval),
                        WatermarkStrategy.noWatermarks(),
                        "rows",
                        TypeInformation.of(TestRow.class))
                .sinkTo(sink("checkpoints"));
        JobID job = environment.executeAsync().getJobID();
        cluster.requestJobResult(job).get(30, TimeUnit.MINUTES);

        List<Long> millis = cluster
                .getExecutionGraph(job)
                .get(1, TimeUnit.MINUTES)
                .getCheckpointStatsSnapshot()
                .getHistory()
                .getCheckpoints()
                .stream()
                .filter(stats -> stats.getStatus() == CheckpointStatsStatus.COMPLETED)
                .map(AbstractCheckpointStats::getEndToEndDuration)
                .sorted()
                .toList();
        // Checkpoints and rows do not come in step, so what counts is all checkpoints' time over all rows.
        double each = millis.stream().mapToLong(duration -> duration).sum() / 1e3 / CHECKPOINTS;
        print("checkpoints: %d MB: freeze alone %.2f s, checkpoints %.2f s (every %d ms, they took %s ms), ratio %.2f"
                .formatted(MEGABYTES, engine.freezeSeconds(), each, interval, millis, each / engine.freezeSeconds()));
        assertThat(millis).isNotEmpty();
    }
}
