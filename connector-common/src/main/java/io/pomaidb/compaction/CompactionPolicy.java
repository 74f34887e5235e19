package io.pomaidb.compaction;

import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;

/**
 * Which segments a compaction rewrites: in a shard with at least {@code leastSegments} segments of about one size all of
 * these, into one; and every segment of whose rows at least {@code deadShare} are replaced or deleted.
 *
 * <p>Of about one size are all below {@code smallBytes}, all from there to {@code leastSegments} times as much, and so on up to
 * {@code largestBytes}. So a shard keeps fewer than {@code leastSegments} segments of each size besides the large ones, and a
 * row is rewritten about once for each size: with {@link #DEFAULT} at most 9 segments below 1 GiB, and each row at most three
 * times, until it is replaced.
 *
 * @param smallBytes segments whose files take fewer bytes are small, 1 or more
 * @param leastSegments so many segments of one size are worth a rewrite, 2 or more
 * @param deadShare of a segment's rows, above 0 and up to 1
 * @param largestBytes segments of which the files take as many bytes are not merged with others
 */
public record CompactionPolicy(long smallBytes, int leastSegments, double deadShare, long largestBytes)
        implements Serializable {
    /** Where one is rewritten a node is busy with it for long, and a search gains little. */
    private static final long DEFAULT_LARGEST_BYTES = 1L << 30;

    /**
     * Segments below 64 MiB, of 64 to 256 MiB, and of 256 MiB to 1 GiB where there are four of them, and segments of which
     * 30 % are dead.
     */
    public static final CompactionPolicy DEFAULT = new CompactionPolicy(64L << 20, 4, 0.3);

    /** Everything that more than one segment of a shard holds, and every segment with a dead row. */
    public static final CompactionPolicy FULL = new CompactionPolicy(Long.MAX_VALUE, 2, Double.MIN_NORMAL);

    /** A policy that merges segments below 1 GiB. */
    public CompactionPolicy(long smallBytes, int leastSegments, double deadShare) {
        this(smallBytes, leastSegments, deadShare, DEFAULT_LARGEST_BYTES);
    }

    public CompactionPolicy {
        if (smallBytes < 1) {
            throw new ConfigurationException(
                    "Cannot compact segments below " + smallBytes + " bytes (accepted: 1 or more)");
        }
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
        return new CompactionPolicy(bytes, leastSegments, deadShare, largestBytes);
    }

    /** The same with another number of segments of one size that are worth a rewrite. */
    public CompactionPolicy withLeastSegments(int segments) {
        return new CompactionPolicy(smallBytes, segments, deadShare, largestBytes);
    }

    /** The same with another share of dead rows from which on a segment is rewritten. */
    public CompactionPolicy withDeadShare(double share) {
        return new CompactionPolicy(smallBytes, leastSegments, share, largestBytes);
    }

    /** The same with another bound from which on segments are not merged. */
    public CompactionPolicy withLargestBytes(long bytes) {
        return new CompactionPolicy(smallBytes, leastSegments, deadShare, bytes);
    }
}
