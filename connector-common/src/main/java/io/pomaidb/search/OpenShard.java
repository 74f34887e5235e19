package io.pomaidb.search;

import io.pomaidb.index.CacheUse;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.index.ShardSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The opened segments of one shard, newest first, and the rule which of several rows of an id counts. */
final class OpenShard implements AutoCloseable {
    private final List<OpenSegment> segments = new ArrayList<>();
    private final List<Segment> listed;
    private final List<IdFilter> filters;
    private final boolean exact;
    private final Opener opener;

    private OpenShard(List<Segment> listed, List<IdFilter> filters, boolean exact, Opener opener) throws IOException {
        this.listed = listed;
        this.filters = filters;
        this.exact = exact;
        this.opener = opener;
        // A segment that may show nothing counts for what it replaces; the oldest ones replace nothing.
        int needed = listed.size();
        while (needed > 0 && filters.get(needed - 1).isNone()) {
            needed--;
        }
        // An index without rows may have no dim, and so nothing that could be opened.
        List<SegmentLease> leases = needed == 0 ? List.of() : opener.lease(listed, needed);
        try {
            int first = 0;
            for (SegmentLease lease : leases) {
                int end = first + lease.segments().size();
                segments.add(new OpenSegment(lease, filters.subList(first, end), exact));
                first = end;
            }
        } catch (IOException | RuntimeException e) {
            leases.forEach(SegmentLease::close);
            throw e;
        }
    }

    /** Opens each segment by itself, for scans. */
    static OpenShard open(SnapshotView view, int shard) throws IOException {
        return open(
                view,
                shard,
                (segments, needed) -> view.read(
                        segments.subList(0, needed),
                        segment -> view.cache().lease(view.index(), view.snapshot(), segment, view.databaseOptions()),
                        SegmentLease::close));
    }

    /** Opens segments for searches, merged where that is worth it. */
    static OpenShard openMerged(SnapshotView view, int shard) throws IOException {
        return open(view, shard, (segments, needed) -> view.cache()
                .leaseShard(view.index(), view.snapshot(), segments, needed, view.databaseOptions()));
    }

    /** Leases the first of a shard's segments, as many as are needed. */
    @FunctionalInterface
    private interface Opener {
        List<SegmentLease> lease(List<Segment> segments, int needed) throws IOException;
    }

    private static OpenShard open(SnapshotView view, int shard, Opener opener) throws IOException {
        List<ShardSegment> segments = view.index().segmentsOf(view.snapshot(), shard);
        List<IdFilter> filters = view.read(
                segments,
                segment -> view.filter().of(segment.segment()).and(IdFilter.deny(segment.deleted())),
                filter -> {});
        return new OpenShard(segments.stream().map(ShardSegment::segment).toList(), filters, view.isExact(), opener);
    }

    /** Opens the same once more, as it is merged by now. */
    OpenShard again() throws IOException {
        return new OpenShard(listed, filters, exact, opener);
    }

    /** Number of opened databases; 0 has the newest rows. */
    int size() {
        return segments.size();
    }

    OpenSegment segment(int segment) {
        return segments.get(segment);
    }

    /** For each of {@code ids}, whether a segment newer than {@code segment} has a row of it, which then counts. */
    boolean[] replaced(long[] ids, int segment) {
        var of = new int[ids.length];
        Arrays.fill(of, segment);
        return replaced(ids, of);
    }

    /** For each of {@code ids}, whether a segment newer than the one of {@code of} has a row of it, which then counts. */
    boolean[] replaced(long[] ids, int[] of) {
        var replaced = new boolean[ids.length];
        var asked = new int[ids.length];
        for (int newer = 0; newer < segments.size(); newer++) {
            int count = 0;
            for (int i = 0; i < ids.length; i++) {
                if (newer < of[i] && !replaced[i]) {
                    asked[count++] = i;
                }
            }
            if (count == 0) {
                break;
            }
            var questions = new long[count];
            for (int i = 0; i < count; i++) {
                questions[i] = ids[asked[i]];
            }
            boolean[] answers = segments.get(newer).database().exists(questions);
            for (int i = 0; i < count; i++) {
                replaced[asked[i]] = answers[i];
            }
        }
        return replaced;
    }

    /** For each of {@code ids}, the newest segment that has a row of it; -1 where none has. */
    int[] newest(long[] ids) {
        var newest = new int[ids.length];
        Arrays.fill(newest, -1);
        for (int segment = 0; segment < segments.size(); segment++) {
            boolean[] has = segments.get(segment).database().exists(ids);
            for (int i = 0; i < ids.length; i++) {
                newest[i] = newest[i] < 0 && has[i] ? segment : newest[i];
            }
        }
        return newest;
    }

    /** What opening it asked of the cache. */
    CacheUse cacheUse() {
        return segments.stream().map(OpenSegment::cacheUse).reduce(CacheUse.NONE, CacheUse::plus);
    }

    /** Whether it may have to be opened anew after some searches. */
    boolean isToBeMerged() {
        return segments.stream().anyMatch(OpenSegment::isToBeMerged);
    }

    /** Keeps the databases from being used again, after a failure in one of them. */
    void invalidate() {
        segments.forEach(OpenSegment::invalidate);
    }

    @Override
    public void close() {
        segments.forEach(OpenSegment::close);
    }
}
