package io.pomaidb.compaction;

import io.pomaidb.index.Segment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tiers of a shard's segments by their bytes, and which of them a policy has merged: those with at least
 * {@link CompactionPolicy#leastSegments} segments. The first tier is that of small segments; each further one reaches to
 * {@code leastSegments} times the bytes, so that what a merged tier becomes is in the next one, and up to
 * {@link CompactionPolicy#largestBytes}, from which on a segment is left as it is.
 */
final class SizeTiers {
    /** Of a segment that no tier has. */
    private static final int NONE = -1;

    private final CompactionPolicy policy;
    private final Map<Integer, Integer> counts = new HashMap<>();

    SizeTiers(CompactionPolicy policy, List<Segment> segments) {
        this.policy = policy;
        for (Segment segment : segments) {
            if (segment.rows() > 0) {
                counts.merge(tier(segment.bytes()), 1, Integer::sum);
            }
        }
        counts.remove(NONE);
    }

    private int tier(long bytes) {
        if (bytes < policy.smallBytes()) {
            return 0;
        }
        if (bytes >= policy.largestBytes()) {
            return NONE;
        }
        int tier = 1;
        for (long left = bytes / policy.leastSegments(); left >= policy.smallBytes(); left /= policy.leastSegments()) {
            tier++;
        }
        return tier;
    }

    /** Whether there is anything to merge. */
    boolean isDue() {
        return counts.values().stream().anyMatch(count -> count >= policy.leastSegments());
    }

    /** Whether a segment with rows is to be merged. */
    boolean isDue(Segment segment) {
        return segment.rows() > 0 && counts.getOrDefault(tier(segment.bytes()), 0) >= policy.leastSegments();
    }
}
