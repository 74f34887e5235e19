package io.pomaidb.index;

import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** One commit that deletes ids: tombstones, whose size depends on the ids and not on the index. */
final class Deletion {
    private static final int MAX_ATTEMPTS = 10;

    private final PomaiIndex index;
    private final Roaring64Bitmap ids;
    private final Optional<Transaction> transaction;
    private final WriteId id = WriteId.random();

    Deletion(PomaiIndex index, Roaring64Bitmap ids, Optional<Transaction> transaction) {
        this.index = index;
        this.ids = ids;
        this.transaction = transaction;
    }

    Snapshot commit() throws IOException {
        var publisher = new SegmentPublisher(index, id);
        boolean inDoubt = false;
        boolean committed = false;
        try {
            for (int attempt = 1; ; attempt++) {
                IndexParameters parameters = index.latestExisting().parameters();
                List<Segment> segments = segments(publisher, parameters);
                try {
                    Snapshot snapshot = index.commit(current -> apply(current, parameters, segments));
                    committed = true;
                    if (!snapshot.segments().containsAll(withSequence(segments, snapshot.version()))) {
                        // The index held the transaction already, or nothing to delete from.
                        segments.forEach(publisher::delete);
                    }
                    return snapshot;
                } catch (LayoutChangedException e) {
                    if (attempt == MAX_ATTEMPTS) {
                        throw e;
                    }
                    segments.forEach(publisher::delete);
                }
            }
        } catch (CommitStateUnknownException e) {
            inDoubt = true;
            throw e;
        } finally {
            if (!committed && !inDoubt) {
                publisher.deleteAll();
            }
        }
    }

    private List<Segment> segments(SegmentPublisher publisher, IndexParameters parameters) throws IOException {
        var segments = new ArrayList<Segment>();
        for (ShardTombstones tombstones : ShardTombstones.split(ids, parameters)) {
            segments.add(publisher.publishTombstones(tombstones.shard(), tombstones.ids()));
        }
        return segments;
    }

    private static List<Segment> withSequence(List<Segment> segments, long sequence) {
        return segments.stream().map(segment -> segment.withSequence(sequence)).toList();
    }

    private Optional<Snapshot> apply(Optional<Snapshot> current, IndexParameters parameters, List<Segment> segments) {
        Snapshot snapshot = current.orElseThrow(
                () -> new ConfigurationException("Cannot delete rows of index " + index.path() + ": there is none"));
        if (transaction.isPresent() && snapshot.includes(transaction.get())) {
            return Optional.empty();
        }
        if (!snapshot.parameters().routesAs(parameters)) {
            throw new LayoutChangedException("Cannot delete rows of index " + index.path()
                    + ": other commits change its shards all the time (delete them again)");
        }
        if (transaction.isEmpty() && (segments.isEmpty() || snapshot.segments().isEmpty())) {
            return Optional.empty();
        }
        List<Segment> needed = snapshot.segments().isEmpty() ? List.of() : segments;
        return Optional.of(snapshot.append("delete", snapshot.parameters(), needed, transaction));
    }
}
