package io.pomaidb.flink.sink;

import java.util.List;

/**
 * All that the subtasks have uploaded up to one checkpoint: one snapshot, once the checkpoint has completed.
 *
 * @param run which run's checkpoint it is
 * @param checkpointId grows within a run
 * @param parts one or more, those of a subtask in the order in which they were written
 */
record CheckpointCommittable(SinkRun run, long checkpointId, List<WrittenPart> parts) {
    CheckpointCommittable {
        parts = List.copyOf(parts);
    }
}
