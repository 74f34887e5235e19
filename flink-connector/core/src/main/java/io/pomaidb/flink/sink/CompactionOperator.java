package io.pomaidb.flink.sink;

import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Compacts after commits, in a thread of its own so that no barrier waits; at the end of a bounded stream it waits itself.
 * Has no state: a compaction that was broken off is found to be due again.
 */
final class CompactionOperator extends AbstractStreamOperator<Void>
        implements OneInputStreamOperator<CommittableMessage<CheckpointCommittable>, Void>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;
    private transient BackgroundCompaction compaction;

    CompactionOperator(SinkSettings settings) {
        this.settings = settings;
    }

    @Override
    public void open() throws Exception {
        super.open();
        compaction = new BackgroundCompaction(settings);
        getMetricGroup().addGroup("pomaidb").gauge("compactions", compaction::completed);
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<CheckpointCommittable>> element) {
        if (element.getValue() instanceof CommittableWithLineage) {
            compaction.look();
        }
    }

    @Override
    public void endInput() throws Exception {
        compaction.finish();
    }

    @Override
    public void close() throws Exception {
        if (compaction != null) {
            compaction.close();
        }
        super.close();
    }
}
