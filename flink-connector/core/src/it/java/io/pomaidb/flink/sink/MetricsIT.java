package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.ReportedMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class MetricsIT {
    private static final ReportedMetrics METRICS = new ReportedMetrics();
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension(1, 2, METRICS);

    private static final int ROWS = 100;

    /** What a test makes an upload take at least. */
    private static final Duration HELD = Duration.ofMillis(50);

    @TempDir
    private Path folder;

    @AfterEach
    void open() {
        GatedDisk.open();
    }

    private static void assertErrors(JobID job, long rows) {
        assertThat(METRICS.sum(job, "numRecordsSendErrors")).isEqualTo(rows);
        assertThat(METRICS.sum(job, "numRecordsOutErrors")).isEqualTo(rows);
    }

    /** Starts a job of one task that writes into one shard behind the gate. */
    private JobClient startGated(MapFunction<TestRow, TestRow> change) throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(1);
        environment.setRuntimeMode(RuntimeExecutionMode.BATCH);
        TestRow.stream(environment, ROWS, 1e9)
                .map(change)
                .returns(TestRow.class)
                .sinkTo(TestRow.sink("gated://" + folder.resolve("index"), 1)
                        .hadoop(GatedDisk.SETTINGS)
                        .build());
        return environment.executeAsync();
    }

    private static void finish(JobClient client) throws Exception {
        client.getJobExecutionResult().get(2, TimeUnit.MINUTES);
    }

    @Test
    void theSendTimeIsThatOfTheLastUpload() throws Exception {
        GatedDisk.shut();
        long start = System.nanoTime();
        JobClient client = startGated(row -> row);
        JobID job = client.getJobID();
        Awaiting.until("the segment is being uploaded", DEADLINE, () -> GatedDisk.waiting() == 1);
        long held = System.nanoTime();
        Awaiting.until("it has been held for a time", DEADLINE, () -> System.nanoTime() - held > HELD.toNanos());
        assertThat(METRICS.values(job, "currentSendTime"))
                .as("while the first upload is under way")
                .containsExactly(0L);
        assertThat(METRICS.sum(job, "numRecordsSend")).isZero();
        long heldMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - held);
        GatedDisk.open();
        finish(client);

        long allMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat(METRICS.values(job, "currentSendTime")).singleElement().satisfies(millis -> assertThat(millis)
                .isBetween(heldMillis, allMillis));
        assertThat(METRICS.sum(job, "numRecordsSend")).isEqualTo(ROWS);
        assertErrors(job, 0);
    }

    @Test
    void aRowThatIsRefusedIsAnError() throws Exception {
        JobClient client = startGated(row -> row.id == ROWS / 2 ? new TestRow(row.id, new float[] {1}, false) : row);

        assertThatThrownBy(() -> finish(client)).hasStackTraceContaining("Cannot write row " + ROWS / 2);

        assertErrors(client.getJobID(), 1);
        assertThat(METRICS.sum(client.getJobID(), "numRecordsSend")).isZero();
    }

    @Test
    void theRowsOfAnUploadThatFailsAreErrors() throws Exception {
        GatedDisk.shut();
        GatedDisk.fail();
        GatedDisk.open();
        JobClient client = startGated(row -> row);

        assertThatThrownBy(() -> finish(client)).hasStackTraceContaining("A test wants the upload of");

        assertErrors(client.getJobID(), ROWS);
        assertThat(METRICS.sum(client.getJobID(), "numRecordsSend")).isZero();
        assertThat(METRICS.sum(client.getJobID(), "currentSendTime")).isZero();
    }

    @Test
    void aSinkTellsWhatItHoldsAndWhatItHasDone() throws Exception {
        var index = new TestIndex(folder);
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        environment.enableCheckpointing(500);
        TestRow.stream(environment, 6_000, 1_500)
                .sinkTo(TestRow.sink(index.path().toUri().toString(), 4)
                        .option("cache_dir", index.cache().toString())
                        .compaction(CompactionPolicy.DEFAULT.withLeastSegments(2))
                        .build());
        JobClient client = environment.executeAsync();
        JobID job = client.getJobID();

        Awaiting.until("rows are held", DEADLINE, () -> METRICS.sum(job, "pomaidb.nativeBytes") > 0);
        Awaiting.until("databases are open", DEADLINE, () -> METRICS.sum(job, "pomaidb.openDatabases") > 0);
        client.getJobExecutionResult().get(2, TimeUnit.MINUTES);

        assertThat(METRICS.values(job, "pomaidb.openDatabases")).containsExactly(0L, 0L);
        assertThat(METRICS.values(job, "pomaidb.nativeBytes")).containsExactly(0L, 0L);
        assertThat(METRICS.sum(job, "pomaidb.lastFreezeMillis") + METRICS.sum(job, "pomaidb.lastUploadMillis"))
                .isPositive();
        assertThat(METRICS.sum(job, "numRecordsSend")).isEqualTo(6_000);
        assertThat(METRICS.sum(job, "numBytesSend")).isGreaterThan(6_000L * TestRow.DIM * Float.BYTES);
        assertThat(METRICS.values(job, "currentSendTime"))
                .containsExactlyInAnyOrderElementsOf(METRICS.values(job, "pomaidb.lastUploadMillis"));
        assertErrors(job, 0);
        long compactions = METRICS.sum(job, "pomaidb.compactions");
        assertThat(compactions).isPositive();
        assertThat(METRICS.values(job, "pomaidb.lastCommittedVersion")).anySatisfy(version -> assertThat(version)
                .isBetween(
                        index.index().latestExisting().version() - compactions,
                        index.index().latestExisting().version()));
    }
}
