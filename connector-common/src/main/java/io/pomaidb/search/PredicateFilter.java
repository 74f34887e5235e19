package io.pomaidb.search;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadFilter;
import io.pomaidb.payload.PayloadMatches;
import io.pomaidb.payload.PayloadPredicate;
import java.io.IOException;

/**
 * The rows of a snapshot that satisfy a predicate on payload columns: of every segment, the ids for which it is true. For
 * any number of threads; each segment's columns are read anew each time it is asked for.
 */
public final class PredicateFilter implements SegmentFilter {
    private final PomaiIndex index;
    private final PayloadFilter filter;

    /**
     * A filter by a predicate.
     *
     * @throws io.pomaidb.error.ConfigurationException if the predicate does not fit the snapshot's columns; it names the
     *     column
     */
    public PredicateFilter(PomaiIndex index, Snapshot snapshot, PayloadPredicate predicate) {
        this.index = index;
        this.filter = new PayloadFilter(snapshot.schema().payloadSchema(), predicate);
    }

    @Override
    public IdFilter of(Segment segment) throws IOException {
        PayloadMatches matches = filter.matches(index.payload(segment).orElse(null));
        return matches.all() ? IdFilter.ALL : IdFilter.allow(matches.ids());
    }
}
