package io.pomaidb.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A database of a shard that is to be opened, or is already. For one thread at a time. */
final class PlannedLease {
    private final List<Segment> segments;
    private final boolean graph;
    private final Opener opener;
    private final List<MergeTally> tallies = new ArrayList<>();

    /** Opens it. */
    @FunctionalInterface
    interface Opener {
        SegmentLease open() throws IOException;
    }

    PlannedLease(List<Segment> segments, boolean graph, Opener opener) {
        this.segments = segments;
        this.graph = graph;
        this.opener = opener;
    }

    /** Rows of the segments. */
    long rows() {
        return segments.stream().mapToLong(Segment::rows).sum();
    }

    boolean hasGraph() {
        return graph;
    }

    /** Has the searches of the database counted there. */
    PlannedLease charge(List<MergeTally> counted) {
        tallies.addAll(counted);
        return this;
    }

    /** Has the searches of the database not counted there. */
    void spare(MergeTally tally) {
        tallies.remove(tally);
    }

    SegmentLease open() throws IOException {
        return opener.open().charge(tallies);
    }
}
