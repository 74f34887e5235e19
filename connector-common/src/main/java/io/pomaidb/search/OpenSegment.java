package io.pomaidb.search;

import io.pomaidb.engine.IdArray;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.QueryBatch;
import io.pomaidb.engine.SearchHits;
import io.pomaidb.engine.SearchParams;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.CacheUse;
import io.pomaidb.index.RowSources;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentLease;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** An opened segment, or some that were merged, and which of its rows may be shown, whatever newer segments hold. */
final class OpenSegment implements AutoCloseable {
    private final SegmentLease lease;
    private final IdFilter filter;
    private final long rows;

    /** The filter's ids where the engine reads them; null where it names none. */
    private IdArray ids;

    private final boolean exact;
    private SearchParams params;

    /**
     * Takes over {@code lease}.
     *
     * @param filters of the lease's segments
     * @param exact whether searches compare every row
     * @throws ConfigurationException if the engine library cannot be asked to
     */
    OpenSegment(SegmentLease lease, List<IdFilter> filters, boolean exact) throws IOException {
        if (exact && !lease.database().library().filtersIds()) {
            throw new ConfigurationException("Cannot search exactly: the engine library "
                    + lease.database().library().version() + " has no such search (use the bundled one)");
        }
        this.lease = lease;
        this.exact = exact;
        this.params = SearchParams.builder().exact(exact).build();
        RowSources sources = filters.stream().allMatch(IdFilter::isAll) ? null : lease.sources();
        this.filter = sources == null ? filters.get(0) : merge(sources, filters);
        this.rows = lease.segments().stream().mapToLong(Segment::rows).sum();
    }

    /** Each filter counts for the rows of its segment. */
    private IdFilter merge(RowSources sources, List<IdFilter> filters) {
        var ofSegment = new HashMap<UUID, IdFilter>();
        boolean allows = false;
        for (int i = 0; i < filters.size(); i++) {
            ofSegment.put(lease.segments().get(i).uuid(), filters.get(i));
            allows |= filters.get(i).allowed().isPresent();
        }
        var ids = new Roaring64Bitmap();
        for (int row = 0; row < sources.size(); row++) {
            long id = sources.id(row);
            if (ofSegment.get(sources.segment(row)).test(id) == allows) {
                ids.addLong(id);
            }
        }
        return allows ? IdFilter.allow(ids) : IdFilter.deny(ids);
    }

    /** The segment that has the row of an id; null if there is no such row, or may be none where nothing was merged. */
    Segment segmentOf(long id) throws IOException {
        List<Segment> segments = lease.segments();
        if (segments.size() == 1) {
            return segments.get(0);
        }
        UUID uuid = lease.sources().segmentOf(id);
        return segments.stream()
                .filter(segment -> segment.uuid().equals(uuid))
                .findFirst()
                .orElse(null);
    }

    /** Counts a search of so many nanoseconds; whether the shard should be opened anew, with more merged. */
    boolean spend(long nanos) {
        return lease.spend(nanos);
    }

    /** Whether the shard may have to be opened anew after some searches. */
    boolean isToBeMerged() {
        return lease.isToBeMerged();
    }

    PomaiDatabase database() {
        return lease.database();
    }

    CacheUse cacheUse() {
        return lease.cacheUse();
    }

    /** Whether the filter lets the row of an id through. */
    boolean shows(long id) {
        return filter.test(id);
    }

    /** As many rows as may be shown, or more. */
    long candidates() {
        return filter.allowed()
                .map(allowed -> Math.min(rows, allowed.getLongCardinality()))
                .orElse(rows);
    }

    /** The best rows of a segment with candidates for each query. */
    SearchHits search(QueryBatch queries, int depth) {
        if (ids == null && !filter.isAll()) {
            ids = filter.allowed().or(filter::denied).map(OpenSegment::array).orElseThrow();
            var builder = SearchParams.builder().exact(exact);
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
        if (closing != null) {
            closing.close();
        }
        lease.close();
    }
}
