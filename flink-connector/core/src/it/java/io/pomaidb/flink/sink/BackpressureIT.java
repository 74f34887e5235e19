package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.ReportedMetrics;
import io.pomaidb.index.Segment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A fast stream into an index whose file system takes its time: as long as a test likes. */
class BackpressureIT {
    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final int ROWS = 20_000;
    private static final long BUDGET = 64 << 10;

    /** Half of the budget, of rows that take 32 bytes beside their vectors. */
    private static final long ROWS_OF_PART = BUDGET / 2 / (32 + Float.BYTES * TestRow.DIM);

    /** One is uploaded, one is frozen and waits for that, one is full and waits for that. */
    private static final long PARTS_HELD = 3;

    /** What Flink keeps between two tasks, of small buffers. */
    private static final long ROWS_BETWEEN = 4_000;

    private static final ReportedMetrics METRICS = new ReportedMetrics();
    private static final AtomicLong EMITTED = new AtomicLong();
    private static final AtomicLong ACCEPTED = new AtomicLong();
    private static final AtomicLong MOST_AHEAD = new AtomicLong();
    private static final AtomicLong MOST_BETWEEN = new AtomicLong();

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension(1, 2, METRICS.addTo(smallBuffers()));

    @TempDir
    private Path folder;

    private TestIndex index;
    private long mostBytes;

    private static Configuration smallBuffers() {
        var configuration = new Configuration();
        configuration.setString("taskmanager.memory.segment-size", "4kb");
        return configuration;
    }

    @BeforeEach
    void shut() {
        index = new TestIndex(folder);
        EMITTED.set(0);
        ACCEPTED.set(0);
        MOST_AHEAD.set(0);
        MOST_BETWEEN.set(0);
        GatedDisk.shut();
    }

    @AfterEach
    void open() {
        GatedDisk.open();
    }

    private static TestRow emitted(TestRow row) {
        long emitted = EMITTED.incrementAndGet();
        MOST_BETWEEN.accumulateAndGet(emitted - ACCEPTED.get(), Math::max);
        return row;
    }

    /** Counts a row that the sink takes, and how far that is ahead of what was uploaded. */
    private static float[] accepted(TestRow row) {
        long accepted = ACCEPTED.incrementAndGet();
        MOST_AHEAD.accumulateAndGet(accepted - GatedDisk.passed() * ROWS_OF_PART, Math::max);
        return row.vector();
    }

    private JobClient start(StreamExecutionEnvironment environment) throws Exception {
        environment.setParallelism(1);
        TestRow.stream(environment, ROWS, 1e9)
                .map(BackpressureIT::emitted)
                .returns(TestRow.class)
                .sinkTo(TestRow.sink("gated://" + index.path(), 1)
                        .hadoop(GatedDisk.SETTINGS)
                        .option("memory_budget_bytes", Long.toString(BUDGET))
                        .vector(BackpressureIT::accepted)
                        .build());
        return environment.executeAsync();
    }

    private void awaitAccepted(JobID job, long rows) throws Exception {
        Awaiting.until(rows + " rows are taken", DEADLINE, () -> {
            mostBytes = Math.max(mostBytes, METRICS.sum(job, "pomaidb.nativeBytes"));
            return ACCEPTED.get() >= rows;
        });
        assertThat(ACCEPTED.get()).isEqualTo(rows);
    }

    @Test
    void theStreamWaitsForUploadsWithinTheBudget() throws Exception {
        JobClient client = start(StreamExecutionEnvironment.getExecutionEnvironment());
        JobID job = client.getJobID();

        awaitAccepted(job, PARTS_HELD * ROWS_OF_PART);
        Awaiting.until("the first part is being uploaded", DEADLINE, () -> GatedDisk.waiting() == 1);
        Awaiting.until(
                "only the part that waits is in memory",
                DEADLINE,
                () -> METRICS.sum(job, "pomaidb.nativeBytes") == BUDGET / 2);
        for (int uploaded = 1; uploaded <= 5; uploaded++) {
            GatedDisk.let(1);
            awaitAccepted(job, (PARTS_HELD + uploaded) * ROWS_OF_PART);
        }
        GatedDisk.open();
        Awaiting.until("the job has ended", DEADLINE, () -> {
            mostBytes = Math.max(mostBytes, METRICS.sum(job, "pomaidb.nativeBytes"));
            return client.getJobStatus().get().isGloballyTerminalState();
        });
        client.getJobExecutionResult().get(2, TimeUnit.MINUTES);

        assertThat(mostBytes).isBetween(1L, BUDGET);
        assertThat(MOST_AHEAD.get()).isEqualTo(PARTS_HELD * ROWS_OF_PART);
        assertThat(MOST_BETWEEN.get()).isLessThan(ROWS_BETWEEN);
        assertThat(METRICS.values(job, "pomaidb.nativeBytes")).containsExactly(0L);
        assertThat(index.index().latestExisting().segments())
                .hasSize((int) ((ROWS + ROWS_OF_PART - 1) / ROWS_OF_PART))
                .extracting(Segment::rows)
                .allSatisfy(rows -> assertThat(rows).isLessThanOrEqualTo(ROWS_OF_PART));
        Accounts.everyIdOnce(index, ROWS);
    }

    /** Barriers wait for uploads too. */
    @Test
    void checkpointsGoOnUnderBackpressure() throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.enableCheckpointing(50);
        JobClient client = start(environment);
        JobID job = client.getJobID();

        Awaiting.until("the job has ended", DEADLINE, () -> {
            mostBytes = Math.max(mostBytes, METRICS.sum(job, "pomaidb.nativeBytes"));
            if (GatedDisk.waiting() > 0) {
                GatedDisk.let(1);
            }
            return client.getJobStatus().get().isGloballyTerminalState();
        });
        client.getJobExecutionResult().get(2, TimeUnit.MINUTES);

        assertThat(mostBytes).isBetween(1L, BUDGET);
        assertThat(index.index().latestExisting().version()).isGreaterThan(1);
        Accounts.everyIdOnce(index, ROWS);
    }
}
