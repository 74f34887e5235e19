package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class MetricsIT {
    private static final InMemoryReporter REPORTER = InMemoryReporter.createWithRetainedMetrics();
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
                    .setConfiguration(REPORTER.addToConfiguration(new Configuration()))
                    .setNumberTaskManagers(1)
                    .setNumberSlotsPerTaskManager(2)
                    .build());

    @TempDir
    private Path folder;

    /** The values of a gauge or counter of all subtasks. */
    private static List<Long> values(JobID job, String name) {
        return REPORTER.findMetrics(job, name).values().stream()
                .map(MetricsIT::value)
                .toList();
    }

    private static long value(Metric metric) {
        return metric instanceof Counter counter
                ? counter.getCount()
                : ((Number) ((Gauge<?>) metric).getValue()).longValue();
    }

    private static long sum(JobID job, String name) {
        return values(job, name).stream().mapToLong(value -> value).sum();
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

        Awaiting.until("rows are held", DEADLINE, () -> sum(job, "pomaidb.nativeBytes") > 0);
        Awaiting.until("databases are open", DEADLINE, () -> sum(job, "pomaidb.openDatabases") > 0);
        client.getJobExecutionResult().get(2, TimeUnit.MINUTES);

        assertThat(values(job, "pomaidb.openDatabases")).containsExactly(0L, 0L);
        assertThat(values(job, "pomaidb.nativeBytes")).containsExactly(0L, 0L);
        assertThat(sum(job, "pomaidb.lastFreezeMillis") + sum(job, "pomaidb.lastUploadMillis"))
                .isPositive();
        assertThat(sum(job, "numRecordsSend")).isEqualTo(6_000);
        assertThat(sum(job, "numBytesSend")).isGreaterThan(6_000L * TestRow.DIM * Float.BYTES);
        assertThat(sum(job, "numRecordsSendErrors")).isZero();
        long compactions = sum(job, "pomaidb.compactions");
        assertThat(compactions).isPositive();
        assertThat(values(job, "pomaidb.lastCommittedVersion")).anySatisfy(version -> assertThat(version)
                .isBetween(
                        index.index().latestExisting().version() - compactions,
                        index.index().latestExisting().version()));
    }
}
