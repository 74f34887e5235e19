package io.pomaidb.flink.sink;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/** A sink with a task behind its commits that compacts. */
final class CompactingSink<T> extends PomaiSink<T> implements SupportsPostCommitTopology<CheckpointCommittable> {
    private static final long serialVersionUID = 1L;

    CompactingSink(SinkSettings settings, RowAdapter<T> adapter) {
        super(settings, adapter);
    }

    @Override
    public void addPostCommitTopology(DataStream<CommittableMessage<CheckpointCommittable>> committed) {
        committed
                .global()
                .transform("PomaiDB compaction", Types.VOID, new CompactionOperator(settings()))
                .setParallelism(1)
                .setMaxParallelism(1);
    }
}
