package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.index.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.highavailability.nonha.embedded.HaLeadershipControl;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills task managers and job managers, and fails uploads, commits and compactions, at random, while rows are written,
 * replaced and deleted, and then accounts for every id and vector. System property {@code pomai.chaos.checkpoints} says
 * for how many checkpoints.
 */
class ChaosIT {
    private static final int CHECKPOINTS = Integer.getInteger("pomai.chaos.checkpoints", 15);
    private static final int PARALLELISM = 2;
    private static final int INTERVAL_MILLIS = 200;
    private static final int ROWS_A_SECOND = 2_000;
    private static final Duration DEADLINE = Duration.ofSeconds(120 + 6L * CHECKPOINTS);

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
                    .setConfiguration(clusterConfiguration())
                    .setNumberTaskManagers(2)
                    .setNumberSlotsPerTaskManager(2)
                    .withHaLeadershipControl()
                    .build());

    @TempDir
    private Path folder;

    private TestIndex index;

    private static Configuration clusterConfiguration() {
        var configuration = new Configuration();
        configuration.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(500));
        configuration.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofSeconds(10));
        return configuration;
    }

    @BeforeEach
    void nameIndex() {
        index = new TestIndex(folder);
    }

    @AfterEach
    void disarm() {
        ChaosFileSystem.arm(0);
        ChaosSink.arm(0);
    }

    private JobID start(long rows) throws Exception {
        var configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(50));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
        var environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setParallelism(PARALLELISM);
        environment.enableCheckpointing(INTERVAL_MILLIS);
        PomaiSink<TestRow> sink = TestRow.sink("chaos://" + index.path(), 3)
                .hadoop(HadoopSettings.with(Map.of(
                        "fs.chaos.impl", ChaosFileSystem.class.getName(), "fs.chaos.impl.disable.cache", "true")))
                .option("cache_dir", index.cache().toString())
                .compaction(CompactionPolicy.DEFAULT.withLeastSegments(3))
                .build();
        Changes.stream(environment, rows, ROWS_A_SECOND).sinkTo(new ChaosSink<>(sink.settings(), sink.adapter()));
        return environment.executeAsync().getJobID();
    }

    private static void failJobManager(MiniCluster cluster, JobID job) throws Exception {
        HaLeadershipControl control = cluster.getHaLeadershipControl().orElseThrow();
        control.revokeJobMasterLeadership(job).get(1, TimeUnit.MINUTES);
        control.grantJobMasterLeadership(job).get(1, TimeUnit.MINUTES);
    }

    private static void replaceTaskManager(MiniCluster cluster, int which) throws Exception {
        cluster.terminateTaskManager(which).get(1, TimeUnit.MINUTES);
        cluster.startTaskManager();
    }

    private long versions() throws Exception {
        return index.index().latest().map(snapshot -> snapshot.version()).orElse(0L);
    }

    private long compactions() throws Exception {
        return index.index().snapshots().stream()
                .filter(version -> version.operation().equals(Snapshot.COMPACT))
                .count();
    }

    private static boolean hasEnded(MiniCluster cluster, JobID job) throws Exception {
        return cluster.getJobStatus(job).get(1, TimeUnit.MINUTES).isGloballyTerminalState();
    }

    @Test
    void everyRowIsThereOnceWhateverFails(@InjectMiniCluster MiniCluster cluster, TestReporter reporter)
            throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        // Blows cost checkpoints, and on a busy machine each takes longer than the interval.
        long rows = Changes.countFor(3L * CHECKPOINTS * INTERVAL_MILLIS * ROWS_A_SECOND / 1000, PARALLELISM);
        ChaosFileSystem.arm(0.01);
        ChaosSink.arm(0.2);
        JobID job = start(rows);
        long start = System.nanoTime();
        int killed = 0;
        int failedOver = 0;
        int managers = 2;
        while (!hasEnded(cluster, job)) {
            assertThat(System.nanoTime() - start)
                    .as("nanoseconds, with seed %d, at version %d", seed, versions())
                    .isLessThan(DEADLINE.toNanos());
            // The job has to get on between two blows.
            long next = versions() + 1 + random.nextInt(4);
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (versions() < next && System.nanoTime() < patience && !hasEnded(cluster, job)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20 + random.nextInt(50)));
            }
            if (hasEnded(cluster, job)) {
                break;
            }
            if (random.nextInt(4) == 0) {
                failJobManager(cluster, job);
                failedOver++;
            } else {
                replaceTaskManager(cluster, managers - 1 - random.nextInt(2));
                managers++;
                killed++;
            }
        }
        disarm();
        reporter.publishEntry(
                "chaos",
                "%d rows in %d versions, %d of them compactions; %d task managers killed, %d job managers failed over, %d commits and %d file operations failed; seed %d"
                        .formatted(
                                rows,
                                versions(),
                                compactions(),
                                killed,
                                failedOver,
                                ChaosSink.failures(),
                                ChaosFileSystem.failures(),
                                seed));

        assertThat(cluster.getJobStatus(job).get()).isEqualTo(JobStatus.FINISHED);
        assertThat(killed).as("task managers killed, seed %d", seed).isPositive();
        assertThat(ChaosSink.failures() + ChaosFileSystem.failures())
                .as("failures, seed %d", seed)
                .isPositive();
        Accounts.everyChangeOnce(index, rows);
        assertThat(compactions()).as("compactions, seed %d", seed).isPositive();
        assertThat(versions() - compactions()).as("checkpoints, seed %d", seed).isGreaterThan(CHECKPOINTS / 2);
    }

    @Test
    void aJobManagerThatFailsOverLosesAndDoublesNothing(@InjectMiniCluster MiniCluster cluster) throws Exception {
        long rows = Changes.countFor(12_000, PARALLELISM);
        JobID job = start(rows);
        int failedOver = 0;
        // On a busy machine a checkpoint takes so long that the stream ends in few versions.
        for (long version = 2; version <= 8; version += 3) {
            long wanted = version;
            Awaiting.until("at version " + version, DEADLINE, () -> versions() >= wanted || hasEnded(cluster, job));
            if (!hasEnded(cluster, job)) {
                failJobManager(cluster, job);
                failedOver++;
            }
        }
        Awaiting.until("ended", DEADLINE, () -> hasEnded(cluster, job));

        assertThat(cluster.getJobStatus(job).get()).isEqualTo(JobStatus.FINISHED);
        assertThat(failedOver).isPositive();
        Accounts.everyChangeOnce(index, rows);
    }
}
