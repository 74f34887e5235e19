package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
class FailureIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    private TestIndex index;

    @BeforeEach
    void nameIndex() {
        index = new TestIndex(folder);
    }

    /** Fails after checkpoints, and between them, a few times a job. */
    static final class Failing extends RichMapFunction<TestRow, TestRow> implements CheckpointListener {
        private static final long serialVersionUID = 1L;
        private static final Map<String, AtomicInteger> FAILURES = new ConcurrentHashMap<>();

        private final String job;
        private final int failures;
        private long rows;

        Failing(String job, int failures) {
            this.job = job;
            this.failures = failures;
        }

        static int failures(String job) {
            return FAILURES.computeIfAbsent(job, name -> new AtomicInteger()).get();
        }

        private void fail(String why) {
            if (failures(job) < failures) {
                FAILURES.get(job).incrementAndGet();
                throw new IllegalStateException("A test wants this failure: " + why);
            }
        }

        @Override
        public TestRow map(TestRow row) {
            if (++rows == 700) {
                fail("between checkpoints");
            }
            return row;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            if (rows > 0 && checkpointId % 3 == 0) {
                fail("after checkpoint " + checkpointId);
            }
        }
    }

    @AfterEach
    void disarm() {
        ChaosSink.arm(0);
    }

    private static StreamExecutionEnvironment restarting() {
        var configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
        var environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setParallelism(2);
        environment.enableCheckpointing(100);
        return environment;
    }

    @Test
    void everyRowIsThereOnceAfterFailures() throws Exception {
        StreamExecutionEnvironment environment = restarting();
        TestRow.stream(environment, 6_000, 2_000)
                .map(new Failing(folder.toString(), 6))
                .sinkTo(TestRow.sink(index.path().toUri().toString(), 3).build());

        environment.execute();

        assertThat(Failing.failures(folder.toString())).isEqualTo(6);
        Accounts.everyIdOnce(index, 6_000);
    }

    /** What comes at the end is committed under an id that the job's restarts must not make too low. */
    @Test
    void theCommitsOfAShortStreamFailAgainAndAgain() throws Exception {
        ChaosSink.arm(0.8);
        for (int run = 0; run < 3; run++) {
            index = new TestIndex(folder.resolve("run-" + run));
            StreamExecutionEnvironment environment = restarting();
            PomaiSink<TestRow> sink =
                    TestRow.sink(index.path().toUri().toString(), 3).build();
            TestRow.stream(environment, 1_000, 2_000).sinkTo(new ChaosSink<>(sink.settings(), sink.adapter()));
            environment.execute();

            Accounts.everyIdOnce(index, 1_000);
        }
        assertThat(ChaosSink.failures()).isPositive();
    }
}
