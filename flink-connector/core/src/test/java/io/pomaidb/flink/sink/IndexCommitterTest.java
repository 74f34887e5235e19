package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.FlakyFileSystem;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.flink.api.common.JobInfo;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.OperatorIOMetricGroup;
import org.apache.flink.metrics.groups.SinkCommitterMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCommitterTest {
    @TempDir
    private Path folder;

    private final SinkRun run = new SinkRun("words", 1, UUID.randomUUID());
    private TestIndex index;
    private String path;

    @BeforeEach
    void name() {
        path = FlakyFileSystem.path(folder.resolve("index"));
        index = new TestIndex(folder, new org.apache.hadoop.fs.Path(path), FlakyFileSystem.configuration());
    }

    @AfterEach
    void mend() {
        FlakyFileSystem.mend();
    }

    /** What Flink knows of a committable. */
    private static final class Request implements CommitRequest<CheckpointCommittable> {
        private final CheckpointCommittable committable;
        private int retries;
        private boolean isForLater;

        Request(CheckpointCommittable committable) {
            this.committable = committable;
        }

        @Override
        public CheckpointCommittable getCommittable() {
            return committable;
        }

        @Override
        public int getNumberOfRetries() {
            return retries;
        }

        @Override
        public void retryLater() {
            retries++;
            isForLater = true;
        }

        @Override
        public void signalAlreadyCommitted() {
            isForLater = false;
        }

        @Override
        public void updateAndRetryLater(CheckpointCommittable other) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            throw new UnsupportedOperationException(reason);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable reason) {
            throw new UnsupportedOperationException(reason);
        }
    }

    private static final class Context implements CommitterInitContext {
        @Override
        public SinkCommitterMetricGroup metricGroup() {
            return new Metrics();
        }

        @Override
        public OptionalLong getRestoredCheckpointId() {
            return OptionalLong.empty();
        }

        @Override
        public JobInfo getJobInfo() {
            throw new UnsupportedOperationException();
        }

        @Override
        public TaskInfo getTaskInfo() {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Metrics extends UnregisteredMetricsGroup implements SinkCommitterMetricGroup {
        @Override
        public Counter getNumCommittablesTotalCounter() {
            return new SimpleCounter();
        }

        @Override
        public Counter getNumCommittablesFailureCounter() {
            return new SimpleCounter();
        }

        @Override
        public Counter getNumCommittablesRetryCounter() {
            return new SimpleCounter();
        }

        @Override
        public Counter getNumCommittablesSuccessCounter() {
            return new SimpleCounter();
        }

        @Override
        public Counter getNumCommittablesAlreadyCommittedCounter() {
            return new SimpleCounter();
        }

        @Override
        public void setCurrentPendingCommittablesGauge(Gauge<Integer> gauge) {
            // Nobody looks.
        }

        @Override
        public OperatorIOMetricGroup getIOMetricGroup() {
            throw new UnsupportedOperationException();
        }
    }

    private Request request(long checkpointId) throws IOException {
        IndexWrite write = index.plan(WriteMode.APPEND, "shards", "1");
        var part = new WrittenPart(
                write.planned(), index.writeTask(write, Map.of(checkpointId, TestVectors.of(checkpointId))));
        return new Request(new CheckpointCommittable(run, checkpointId, List.of(part)));
    }

    private IndexCommitter committer() {
        PomaiSink<Long> sink = PomaiSink.<Long>builder()
                .path(path)
                .hadoop(FlakyFileSystem.settings())
                .option("shards", "1")
                .id(id -> id)
                .vector(TestVectors::of)
                .build();
        return new IndexCommitter(sink.settings(), new Context());
    }

    private static final class TestVectors {
        static float[] of(long id) {
            return new float[] {id, 1};
        }
    }

    /** Two commits of one run: the second would tell that the first is there as well. */
    @Test
    void nothingIsCommittedBehindWhatFailed() throws Exception {
        List<Request> requests = List.of(request(1), request(2), request(3));
        IndexCommitter committer = committer();
        try {
            FlakyFileSystem.breakListings(1);
            committer.commit(List.copyOf(requests));
            assertThat(requests).allMatch(request -> request.isForLater && request.retries == 1);
            assertThat(index.index().latest()).isEmpty();

            requests.forEach(request -> request.isForLater = false);
            committer.commit(List.copyOf(requests));
            assertThat(requests).noneMatch(request -> request.isForLater);
        } finally {
            committer.close();
        }
        assertThat(index.rows()).containsOnlyKeys(1L, 2L, 3L);
        assertThat(index.index().latestExisting().version()).isEqualTo(3);
    }
}
