package io.pomaidb.compaction;

import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.SnapshotUpdate;
import java.util.List;
import java.util.Optional;

/** The commit of a compaction that leaves rows in their shards. */
record ReplacementChange(PomaiIndex index, Snapshot base, SegmentReplacement replacement) implements SnapshotUpdate {
    @Override
    public Optional<Snapshot> apply(Optional<Snapshot> current) {
        if (replacement.isEmpty()) {
            return Optional.empty();
        }
        Snapshot snapshot = current.filter(latest -> latest.indexId().equals(base.indexId()))
                .orElseThrow(() -> conflict(index, "the index was deleted or replaced"));
        List<Segment> segments = replacement
                .applyTo(snapshot)
                .orElseThrow(() -> conflict(
                        index,
                        "another compaction, an overwrite or a rollback took the place of segments that it rewrote"));
        return Optional.of(snapshot.rewrite(Snapshot.COMPACT, snapshot.parameters(), segments));
    }

    static CommitConflictException conflict(PomaiIndex index, String what) {
        return new CommitConflictException("Cannot commit the compaction of index " + index.path()
                + ": since it was planned, " + what + " (nothing was committed; compact again)");
    }
}
