package io.pomaidb.flink.read;

import io.pomaidb.error.DataException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.IdFilter;
import io.pomaidb.search.SegmentFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** What one commit did to the rows of an index. */
final class Step {
    /** Commits that put the same rows into other segments. */
    private static final Set<String> REWRITES = Set.of("compact", "reshard");

    private static final IdFilter NONE = IdFilter.allow(new Roaring64Bitmap());

    private final Snapshot from;
    private final Snapshot to;
    private final Set<UUID> before;
    private final List<Segment> added;

    /** Whether all rows may be others, and not those alone that new segments tell of. */
    private final boolean replaces;

    Step(Snapshot from, Snapshot to) {
        if (!from.indexId().equals(to.indexId())) {
            throw new DataException("Cannot follow the index: version " + to.version()
                    + " is of another index than version " + from.version()
                    + " (it was deleted and made anew: start the job without its state)");
        }
        this.from = from;
        this.to = to;
        this.before = uuids(from);
        Set<UUID> after = uuids(to);
        boolean removes = !after.containsAll(before);
        boolean rewrites = removes && REWRITES.contains(to.operation());
        this.replaces = removes && !rewrites;
        this.added = rewrites
                ? List.of()
                : to.segments().stream()
                        .filter(segment -> !before.contains(segment.uuid()))
                        .toList();
    }

    private static Set<UUID> uuids(Snapshot snapshot) {
        return snapshot.segments().stream().map(Segment::uuid).collect(Collectors.toSet());
    }

    /** The splits that read the changes, each of one lane. No id is in two of them. */
    List<IndexSplit> splits(int lanes) {
        var splits = new ArrayList<IndexSplit>();
        Set<Integer> changed = replaces ? shardsWithRows(to.segments()) : shardsWithRows(added);
        add(splits, IndexSplit.Kind.CHANGED, changed, to, lanes);
        Set<Integer> gone = replaces ? shardsWithRows(from.segments()) : shardsWithTombstones();
        add(splits, IndexSplit.Kind.GONE, gone, replaces ? from : to, lanes);
        return splits;
    }

    private void add(List<IndexSplit> splits, IndexSplit.Kind kind, Set<Integer> shards, Snapshot of, int lanes) {
        for (int shard : shards) {
            Lanes.of(shard, of, lanes)
                    .mapToObj(lane -> new IndexSplit(kind, to.version(), from.version(), shard, lane, lanes, 0))
                    .forEach(splits::add);
        }
    }

    private static Set<Integer> shardsWithRows(List<Segment> segments) {
        return segments.stream()
                .filter(segment -> segment.rows() > 0)
                .map(Segment::shard)
                .collect(Collectors.toSet());
    }

    private Set<Integer> shardsWithTombstones() {
        return added.stream()
                .filter(segment -> segment.tombstones().count() > 0)
                .map(Segment::shard)
                .collect(Collectors.toSet());
    }

    /** Whether {@link #from} has to be read to know what is gone; else {@link #deleted} tells. */
    boolean replaces() {
        return replaces;
    }

    /** Shows the rows that may be new. */
    SegmentFilter candidates() {
        var known = new HashSet<>(before);
        return replaces ? SegmentFilter.ALL : segment -> known.contains(segment.uuid()) ? NONE : IdFilter.ALL;
    }

    /** The ids that the new segments of a shard delete. */
    Roaring64Bitmap deleted(PomaiIndex index, int shard) throws IOException {
        var deleted = new Roaring64Bitmap();
        for (Segment segment : added) {
            if (segment.shard() == shard && segment.tombstones().count() > 0) {
                deleted.or(index.tombstones(segment));
            }
        }
        return deleted;
    }

    Snapshot from() {
        return from;
    }

    Snapshot to() {
        return to;
    }
}
