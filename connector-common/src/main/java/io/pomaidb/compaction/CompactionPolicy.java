package io.pomaidb.compaction;

import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;

/**
 * Which segments a compaction rewrites: in a shard with at least {@code leastSegments} small ones all small ones, into one;
 * and every segment of whose rows at least {@code deadShare} are replaced or deleted.
 *
 * @param smallBytes segments whose files take fewer bytes are small
 * @param leastSegments so many small segments are worth a rewrite, 2 or more
 * @param deadShare of a segment's rows, above 0 and up to 1
 */
public record CompactionPolicy(long smallBytes, int leastSegments, double deadShare) implements Serializable {
    /** Segments below 64 MiB where there are four of them, and segments of which 30 % are dead. */
    public static final CompactionPolicy DEFAULT = new CompactionPolicy(64L << 20, 4, 0.3);

    /** Everything that more than one segment of a shard holds, and every segment with a dead row. */
    public static final CompactionPolicy FULL = new CompactionPolicy(Long.MAX_VALUE, 2, Double.MIN_NORMAL);

    public CompactionPolicy {
        if (leastSegments < 2) {
            throw new ConfigurationException(
                    "Cannot compact from " + leastSegments + " segments on (accepted: 2 or more)");
        }
        if (!(deadShare > 0 && deadShare <= 1)) {
            throw new ConfigurationException(
                    "Cannot compact from a dead share of " + deadShare + " on (accepted: above 0, up to 1)");
        }
    }

    /** The same with another bound for small segments. */
    public CompactionPolicy withSmallBytes(long bytes) {
        return new CompactionPolicy(bytes, leastSegments, deadShare);
    }

    /** The same with another number of small segments that are worth a rewrite. */
    public CompactionPolicy withLeastSegments(int segments) {
        return new CompactionPolicy(smallBytes, segments, deadShare);
    }

    /** The same with another share of dead rows from which on a segment is rewritten. */
    public CompactionPolicy withDeadShare(double share) {
        return new CompactionPolicy(smallBytes, leastSegments, share);
    }
}
