package io.pomaidb.compaction;

import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import java.util.List;

/** Finds the shards that may be worth a compaction by what the snapshot says of them; their tasks look closer. */
final class ShardChoice {
    private final CompactionPolicy policy;
    private final boolean everyShard;
    private final long tombstones;

    ShardChoice(Snapshot snapshot, CompactionPolicy policy) {
        this.policy = policy;
        this.everyShard = snapshot.parameters().routing().isByCluster();
        this.tombstones = snapshot.segments().stream()
                .mapToLong(segment -> segment.tombstones().count())
                .sum();
    }

    /** Whether the policy may choose a segment of a shard, given newest first. */
    boolean isWorthALook(List<Segment> segments) {
        if (new SizeTiers(policy, segments).isDue()) {
            return true;
        }
        // Each newer row and each tombstone kills at most one row of a segment.
        long killers = everyShard ? tombstones : 0;
        for (Segment segment : segments) {
            if (segment.rows() > 0) {
                if (killers >= policy.deadShare() * segment.rows() && killers > 0) {
                    return true;
                }
                killers += segment.rows();
            }
            killers += everyShard ? 0 : segment.tombstones().count();
        }
        return false;
    }
}
