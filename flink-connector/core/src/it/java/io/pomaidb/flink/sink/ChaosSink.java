package io.pomaidb.flink.sink;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/** A sink whose committer dies before or after a part of all commits. Compacts where its settings say so. */
final class ChaosSink<T> extends PomaiSink<T> implements SupportsPostCommitTopology<CheckpointCommittable> {
    private static final long serialVersionUID = 1L;
    private static final AtomicInteger FAILURES = new AtomicInteger();
    private static volatile double probability;

    ChaosSink(SinkSettings settings, RowAdapter<T> adapter) {
        super(settings, adapter);
    }

    /** Has this part of all commits fail, some before they are done and some after. */
    static void arm(double newProbability) {
        probability = newProbability;
    }

    static int failures() {
        return FAILURES.get();
    }

    private static void strike(String when) throws IOException {
        if (ThreadLocalRandom.current().nextDouble() < probability / 2) {
            FAILURES.incrementAndGet();
            throw new IOException("A test wants the committer to die " + when + " a commit");
        }
    }

    @Override
    public void addPostCommitTopology(DataStream<CommittableMessage<CheckpointCommittable>> committed) {
        if (settings().compaction() != null) {
            new CompactingSink<>(settings(), adapter()).addPostCommitTopology(committed);
        }
    }

    @Override
    public Committer<CheckpointCommittable> createCommitter(CommitterInitContext context) {
        var real = new IndexCommitter(settings(), context);
        return new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<CheckpointCommittable>> requests)
                    throws IOException, InterruptedException {
                strike("before");
                real.commit(requests);
                strike("after");
            }

            @Override
            public void close() {
                real.close();
            }
        };
    }
}
