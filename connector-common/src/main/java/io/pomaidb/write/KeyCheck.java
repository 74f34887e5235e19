package io.pomaidb.write;

import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.KeyCollisions;
import io.pomaidb.payload.PayloadFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Holds the string keys of new segments against those of an index, so that no two keys with one id ever meet. Does nothing
 * where ids are numbers. For one thread.
 */
final class KeyCheck {
    private final PomaiIndex index;
    private final Set<UUID> checked = new HashSet<>();
    private Snapshot snapshot;

    private KeyCheck(PomaiIndex index, Snapshot snapshot) {
        this.index = index;
        this.snapshot = snapshot;
    }

    /** A check against nothing. */
    static KeyCheck none() {
        return new KeyCheck(null, null);
    }

    /** A check of a task's segments against what the index had when the write was planned. */
    static KeyCheck against(PomaiIndex index, Snapshot planned) {
        return new KeyCheck(index, hasKeys(planned) ? planned : null);
    }

    /** A check of all segments of a write, of which the tasks have held theirs against {@code planned}. */
    static KeyCheck since(PomaiIndex index, Optional<Snapshot> planned) {
        var check = new KeyCheck(index, null);
        planned.ifPresent(known -> known.segments().forEach(segment -> check.checked.add(segment.uuid())));
        return check;
    }

    private static boolean hasKeys(Snapshot snapshot) {
        return snapshot.schema().idType() == IdType.STRING;
    }

    /** Checks the new payload of one shard; {@link io.pomaidb.error.DataException} names two keys of one id. */
    void check(int shard, PayloadFile written) throws IOException {
        if (snapshot != null) {
            KeyCollisions.check(snapshot.schema().payloadSchema(), written, files(shard, snapshot.segments()));
        }
    }

    /** Checks a write against the segments of a snapshot that it was not checked against before. */
    void check(Snapshot current, List<Segment> written) throws IOException {
        if (!hasKeys(current)) {
            return;
        }
        List<Segment> newer = current.segments().stream()
                .filter(segment -> !checked.contains(segment.uuid()))
                .toList();
        snapshot = current;
        for (Segment segment : written) {
            Optional<PayloadFile> file = index.payload(segment);
            if (file.isPresent()) {
                KeyCollisions.check(current.schema().payloadSchema(), file.get(), files(segment.shard(), newer));
            }
        }
        newer.forEach(segment -> checked.add(segment.uuid()));
    }

    /** The files that may have a key of the shard: under nearness, an id may have been in any. */
    private List<PayloadFile> files(int shard, List<Segment> segments) {
        boolean everywhere = snapshot.parameters().routing().isByCluster();
        return segments.stream()
                .filter(segment -> everywhere || segment.shard() == shard)
                .flatMap(segment -> index.payload(segment).stream())
                .toList();
    }
}
