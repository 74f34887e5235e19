package io.pomaidb.compaction;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.WriteId;
import io.pomaidb.write.Rerouting;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The commit of a compaction into other shards. What other writers committed meanwhile lies in the old shards and is spread
 * over the new ones before the next attempt: each attempt has only the newest commits to move.
 */
final class LayoutChange {
    private static final int MAX_ATTEMPTS = 50;

    private final PomaiIndex index;
    private final Snapshot base;
    private final IndexParameters target;
    private final Rerouting rerouting;

    /** Segments in the old layout that {@link #segments} has the rows of. */
    private final Set<UUID> moved = new HashSet<>();

    private final List<Segment> segments = new ArrayList<>();

    LayoutChange(
            PomaiIndex index,
            PomaiOptions options,
            Snapshot base,
            IndexParameters target,
            WriteId id,
            List<CompactedShard> shards) {
        this.index = index;
        this.base = base;
        this.target = target;
        this.rerouting = new Rerouting(index, base.indexId(), id, options);
        base.segments().forEach(segment -> moved.add(segment.uuid()));
        for (CompactedShard shard : shards) {
            for (WrittenSegment output : shard.outputs()) {
                segments.add(output.segment().withSequence(base.version()));
            }
        }
    }

    Snapshot commit() throws IOException {
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            var notMoved = new AtomicReference<Snapshot>();
            Snapshot latest = index.commit(current -> {
                Snapshot snapshot = checked(current);
                notMoved.set(newcomers(snapshot).isEmpty() ? null : snapshot);
                return notMoved.get() == null ? Optional.of(next(snapshot)) : Optional.empty();
            });
            if (notMoved.get() == null) {
                return latest;
            }
            move(notMoved.get());
        }
        throw ReplacementChange.conflict(index, "other writers committed faster than their rows could be moved");
    }

    private Snapshot next(Snapshot snapshot) {
        IndexParameters parameters = snapshot.parameters();
        return snapshot.rewrite(Snapshot.RESHARD, parameters.withShards(target.shards(), target.routing()), segments);
    }

    private Snapshot checked(Optional<Snapshot> current) {
        Snapshot snapshot = current.filter(latest -> latest.indexId().equals(base.indexId())
                        && latest.parameters().routesAs(base.parameters()))
                .orElseThrow(() -> ReplacementChange.conflict(index, "the index was replaced or got other shards"));
        long here = snapshot.segments().stream()
                .filter(segment -> moved.contains(segment.uuid()))
                .count();
        if (here < moved.size()) {
            throw ReplacementChange.conflict(
                    index, "another compaction, an overwrite or a rollback took the place of segments that it rewrote");
        }
        return snapshot;
    }

    private List<Segment> newcomers(Snapshot snapshot) {
        return snapshot.segments().stream()
                .filter(segment -> !moved.contains(segment.uuid()))
                .toList();
    }

    private void move(Snapshot snapshot) throws IOException {
        for (Segment newcomer : newcomers(snapshot)) {
            var written = new WrittenSegment(newcomer, snapshot.dim(), 0);
            for (WrittenSegment spread : rerouting.reroute(snapshot.parameters(), target, List.of(written))) {
                segments.add(spread.segment().withSequence(newcomer.sequence()));
            }
            moved.add(newcomer.uuid());
        }
    }
}
