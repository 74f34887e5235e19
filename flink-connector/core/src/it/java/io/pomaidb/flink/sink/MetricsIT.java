package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Awaiting;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.ReportedMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class MetricsIT {
    private static final ReportedMetrics METRICS = new ReportedMetrics();
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension(1, 2, METRICS);

    @TempDir
    private Path folder;

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
        assertThat(METRICS.sum(job, "numRecordsSendErrors")).isZero();
        long compactions = METRICS.sum(job, "pomaidb.compactions");
        assertThat(compactions).isPositive();
        assertThat(METRICS.values(job, "pomaidb.lastCommittedVersion")).anySatisfy(version -> assertThat(version)
                .isBetween(
                        index.index().latestExisting().version() - compactions,
                        index.index().latestExisting().version()));
    }
}
