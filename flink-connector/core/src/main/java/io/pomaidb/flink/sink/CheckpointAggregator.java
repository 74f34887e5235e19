package io.pomaidb.flink.sink;

import io.pomaidb.write.WriteMode;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableSummary;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Makes one committable of all that the subtasks hand over up to a checkpoint's barrier, whichever checkpoint they handed
 * it over for: what belongs to a checkpoint that was given up goes with the next one. Everything is sent on before the
 * barrier; the state is the last checkpoint's id alone, above which the id of what comes at the end has to be, or the commit
 * would be taken for a repeated one. Flink tells the id that was restored only to operators with state.
 */
final class CheckpointAggregator extends AbstractStreamOperator<CommittableMessage<CheckpointCommittable>>
        implements OneInputStreamOperator<CommittableMessage<WrittenPart>, CommittableMessage<CheckpointCommittable>>,
                BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;
    private transient List<WrittenPart> parts;
    private transient long lastCheckpointId;
    private transient ListState<Long> lastCheckpointState;

    CheckpointAggregator(SinkSettings settings) {
        this.settings = settings;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        parts = new ArrayList<>();
        lastCheckpointId = 0;
        lastCheckpointState =
                context.getOperatorStateStore().getListState(new ListStateDescriptor<>("last-checkpoint", Types.LONG));
        for (long restored : lastCheckpointState.get()) {
            lastCheckpointId = Math.max(lastCheckpointId, restored);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        lastCheckpointState.update(List.of(context.getCheckpointId()));
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<WrittenPart>> element) {
        if (element.getValue() instanceof CommittableWithLineage<WrittenPart> message) {
            parts.add(message.getCommittable());
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        lastCheckpointId = checkpointId;
        if (!parts.isEmpty()) {
            refuseToOverwriteNowAndThen();
            emit(checkpointId);
        }
    }

    /** A job that is to find out by itself how it runs is seen to be a stream only here. */
    private void refuseToOverwriteNowAndThen() {
        if (settings.mode() == WriteMode.OVERWRITE) {
            throw SinkChecks.overwriteByStream(settings);
        }
    }

    /** Under the next id, as Flink's own writers do: of the last checkpoint, or of none where there are no checkpoints. */
    @Override
    public void endInput() {
        if (!parts.isEmpty()) {
            emit(lastCheckpointId + 1);
        }
    }

    // The constructor that every version of Flink has.
    @SuppressWarnings("deprecation")
    private void emit(long checkpointId) {
        SinkRun run = SinkRun.of(settings, getRuntimeContext().getJobInfo().getJobId());
        var committable = new CheckpointCommittable(run, checkpointId, parts);
        parts.clear();
        output.collect(new StreamRecord<>(new CommittableSummary<>(0, 1, checkpointId, 1, 1, 0)));
        output.collect(new StreamRecord<>(new CommittableWithLineage<>(committable, checkpointId, 0)));
    }
}
