package io.pomaidb.search;

import io.pomaidb.engine.PomaiException;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.payload.PayloadFilter;
import io.pomaidb.payload.PayloadMatches;
import io.pomaidb.payload.PayloadPredicate;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * The rows of a snapshot that satisfy a predicate on ids and payload columns: of every segment, the ids for which it is
 * true. For any number of threads; each segment's columns are read anew each time it is asked for.
 */
final class PredicateFilter implements SegmentFilter {
    private final SnapshotView view;
    private final PayloadFilter filter;

    /**
     * A filter by a predicate.
     *
     * @throws io.pomaidb.error.ConfigurationException if the predicate does not fit the snapshot's columns; it names the
     *     column
     */
    PredicateFilter(SnapshotView view, PayloadPredicate predicate) {
        this.view = view;
        this.filter = new PayloadFilter(view.snapshot().schema().payloadSchema(), predicate);
    }

    @Override
    public IdFilter of(Segment segment) throws IOException {
        PayloadMatches matches =
                filter.matches(view.index().payload(segment).orElse(null), sink -> forEachId(segment, sink));
        return matches.all() ? IdFilter.ALL : IdFilter.allow(matches.ids());
    }

    private void forEachId(Segment segment, LongConsumer sink) throws IOException {
        try (SegmentLease lease = view.cache().lease(view.index(), view.snapshot(), segment, view.databaseOptions())) {
            try (RecordScan scan = lease.database().scan()) {
                while (scan.next()) {
                    sink.accept(scan.id());
                }
            } catch (PomaiException e) {
                lease.invalidate();
                throw e;
            }
        }
    }
}
