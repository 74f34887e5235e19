package io.pomaidb.compaction;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentPublisher;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.WriteId;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * What a compaction puts in the place of a snapshot's segments. The new segments come behind all that the snapshot has,
 * because their rows are those that it shows, and before all that is committed later, which so counts for them as well.
 * Tombstones stay where they were as long as there are older rows that they may delete; neighbours become one.
 */
final class SegmentReplacement {
    private final PomaiIndex index;
    private final Snapshot base;
    private final SegmentPublisher publisher;
    private final boolean everyShard;
    private final Map<UUID, List<Segment>> replaced = new HashMap<>();
    private final List<Segment> added = new ArrayList<>();

    /** Tombstones without rows behind which nothing with rows has come yet, by the shards that they apply to. */
    private final Map<Integer, Pending> pending = new HashMap<>();

    /** The shards that have older rows. */
    private final Set<Integer> withRows = new HashSet<>();

    private SegmentReplacement(PomaiIndex index, Snapshot base, WriteId id) {
        this.index = index;
        this.base = base;
        this.publisher = new SegmentPublisher(index, id);
        this.everyShard = base.parameters().routing().isByCluster();
    }

    /**
     * Finds what replaces what, and uploads the tombstones that have to move.
     *
     * @param base the snapshot that the compaction read
     */
    static SegmentReplacement of(PomaiIndex index, Snapshot base, WriteId id, List<CompactedShard> shards)
            throws IOException {
        var replacement = new SegmentReplacement(index, base, id);
        var inputs = new HashSet<UUID>();
        for (CompactedShard shard : shards) {
            inputs.addAll(shard.inputs());
            for (WrittenSegment output : shard.outputs()) {
                replacement.added.add(output.segment().withSequence(base.version()));
            }
        }
        for (Segment segment : base.segments()) {
            replacement.visit(segment, inputs.contains(segment.uuid()));
        }
        for (Pending left : replacement.pending.values()) {
            replacement.settle(left);
        }
        return replacement;
    }

    private void visit(Segment segment, boolean input) throws IOException {
        boolean bare = input || segment.rows() == 0;
        boolean deletes = !segment.tombstones().isEmpty();
        if (deletes && !withRows.contains(scope(segment))) {
            replaced.put(segment.uuid(), bare ? List.of() : List.of(segment.withoutTombstones()));
        } else if (deletes && bare) {
            pending.computeIfAbsent(scope(segment), scope -> new Pending()).add(segment, input);
        } else if (bare) {
            replaced.put(segment.uuid(), List.of());
        }
        if (!bare) {
            withRows.add(scope(segment));
            // Tombstones before these rows cannot move behind them.
            Pending before = pending.remove(scope(segment));
            if (before != null) {
                settle(before);
            }
        }
    }

    private int scope(Segment segment) {
        return everyShard ? 0 : segment.shard();
    }

    /** Puts the neighbours in {@code held} in the place of the newest of them. */
    private void settle(Pending held) throws IOException {
        if (held.segments.size() == 1 && !held.hasInput) {
            return;
        }
        var ids = new Roaring64Bitmap();
        for (Segment segment : held.segments) {
            ids.or(index.tombstones(segment));
            replaced.put(segment.uuid(), List.of());
        }
        Segment newest = held.segments.get(held.segments.size() - 1);
        Segment merged = publisher.publishTombstones(newest.shard(), ids).withSequence(newest.sequence());
        replaced.put(newest.uuid(), List.of(merged));
    }

    private static final class Pending {
        private final List<Segment> segments = new ArrayList<>();
        private boolean hasInput;

        void add(Segment segment, boolean input) {
            segments.add(segment);
            hasInput |= input;
        }
    }

    /** Whether everything stays as it is. */
    boolean isEmpty() {
        return replaced.isEmpty() && added.isEmpty();
    }

    /** The segments of {@code current} with the replacements made; empty if it does not have all that are replaced. */
    Optional<List<Segment>> applyTo(Snapshot current) {
        var segments = new ArrayList<Segment>();
        var newer = new ArrayList<Segment>();
        int found = 0;
        for (Segment segment : current.segments()) {
            List<Segment> replacement = replaced.get(segment.uuid());
            found += replacement == null ? 0 : 1;
            (segment.sequence() <= base.version() ? segments : newer)
                    .addAll(replacement == null ? List.of(segment) : replacement);
        }
        segments.addAll(added);
        segments.addAll(newer);
        return found == replaced.size() ? Optional.of(segments) : Optional.empty();
    }
}
