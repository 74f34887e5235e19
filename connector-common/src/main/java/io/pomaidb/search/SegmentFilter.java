package io.pomaidb.search;

import io.pomaidb.index.Segment;
import java.io.IOException;

/**
 * Which rows a search or scan of a shard may show, segment by segment: a predicate on payload columns holds for the row
 * that a segment has of an id, not for the id. It hides rows and changes nothing else: a row that a newer segment has
 * replaced stays replaced, also where the newer row is hidden.
 */
@FunctionalInterface
public interface SegmentFilter {
    /** Every row. */
    SegmentFilter ALL = segment -> IdFilter.ALL;

    /**
     * The ids whose rows in {@code segment} may be shown. Asked once for each segment that is opened, by several threads at
     * the same time.
     */
    IdFilter of(Segment segment) throws IOException;

    /** The rows that both filters let through. */
    default SegmentFilter and(SegmentFilter other) {
        return segment -> of(segment).and(other.of(segment));
    }
}
