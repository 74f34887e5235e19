package io.pomaidb.search;

import io.pomaidb.engine.IdArray;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.QueryBatch;
import io.pomaidb.engine.SearchHits;
import io.pomaidb.engine.SearchParams;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentLease;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** An opened segment and which of its rows may be shown, whatever newer segments hold. */
final class OpenSegment implements AutoCloseable {
    private final Segment segment;
    private final SegmentLease lease;
    private final IdFilter filter;

    /** The filter's ids where the engine reads them; null where it names none. */
    private IdArray ids;

    private SearchParams params = SearchParams.DEFAULTS;

    /** Takes over {@code lease}. */
    OpenSegment(Segment segment, SegmentLease lease, IdFilter filter) {
        this.segment = segment;
        this.lease = lease;
        this.filter = filter;
    }

    Segment segment() {
        return segment;
    }

    PomaiDatabase database() {
        return lease.database();
    }

    /** Whether the filter lets the row of an id through. */
    boolean shows(long id) {
        return filter.test(id);
    }

    /** As many rows as may be shown, or more. */
    long candidates() {
        return filter.allowed()
                .map(allowed -> Math.min(segment.rows(), allowed.getLongCardinality()))
                .orElse(segment.rows());
    }

    /** The best rows of a segment with candidates for each query. */
    SearchHits search(QueryBatch queries, int depth) {
        if (ids == null && !filter.isAll()) {
            ids = filter.allowed().or(filter::denied).map(OpenSegment::array).orElseThrow();
            var builder = SearchParams.builder();
            params = (filter.allowed().isPresent() ? builder.allowed(ids) : builder.denied(ids)).build();
        }
        return database().searchBatch(queries, depth, params);
    }

    private static IdArray array(Roaring64Bitmap bitmap) {
        return IdArray.of(bitmap.getLongCardinality(), sink -> bitmap.forEach(sink::accept));
    }

    /** Whether a search that was asked for {@code depth} hits and gave {@code count} may have more to give. */
    boolean mayHaveMore(int count, int depth) {
        if (depth >= candidates()) {
            return false;
        }
        // Another library's graph may give fewer hits than it has rows.
        boolean tellsTheEnd = !filter.isAll() || database().library().filtersIds();
        return count >= depth || !tellsTheEnd;
    }

    /** Keeps the database from being used again. */
    void invalidate() {
        lease.invalidate();
    }

    @Override
    public void close() {
        IdArray closing = ids;
        ids = null;
        params = SearchParams.DEFAULTS;
        if (closing != null) {
            closing.close();
        }
        lease.close();
    }
}
