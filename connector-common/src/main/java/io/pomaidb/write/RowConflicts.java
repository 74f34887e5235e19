package io.pomaidb.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadFile;
import io.pomaidb.payload.PayloadReader;
import io.pomaidb.payload.PayloadScan;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.roaringbitmap.longlong.Roaring64Bitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a change of rows that was decided on one snapshot against what others have committed since: it must not undo a
 * change of a row that it never saw. Changes of other rows pass, and so do compactions. Reads nothing while nobody else
 * commits, and then the ids of the segments of both: from their payload files, and without these from the whole segments, as
 * the engine has them. Holds 2 to 12 bytes an id, as a bitmap. For one thread.
 */
public final class RowConflicts implements CommitCheck {
    private static final Logger LOG = LoggerFactory.getLogger(RowConflicts.class);

    private final PomaiIndex index;
    private final String operation;
    private final Snapshot read;
    private final List<Segment> written;
    private final IndexParameters layout;
    private final PomaiOptions options;
    private final Newcomers newcomers;
    private Snapshot known;
    private Changes own;

    /** Looks at what one other commit brought. */
    @FunctionalInterface
    public interface Newcomers {
        /**
         * What of it the operation would have read.
         *
         * @param added a snapshot of nothing but what the commit added
         * @return in words, empty if nothing
         */
        Optional<String> read(Snapshot added) throws IOException;
    }

    /** Ids of rows that are there afterwards, and of others that are not. */
    private record Changes(Roaring64Bitmap rows, Roaring64Bitmap deleted) {}

    /**
     * A check.
     *
     * @param operation what errors call the change
     * @param read the snapshot that it was decided on
     * @param plan of the write that carries it out
     * @param written the segments of that
     * @param options say where segments are cached
     * @param newcomers decide what other rows that others bring are a conflict
     */
    public RowConflicts(
            PomaiIndex index,
            String operation,
            Snapshot read,
            IndexWrite plan,
            List<WrittenSegment> written,
            PomaiOptions options,
            Newcomers newcomers) {
        this.index = index;
        this.operation = operation;
        this.read = read;
        this.written = written.stream().map(WrittenSegment::segment).toList();
        this.layout = plan.parameters().withDim(dim(plan.parameters(), written));
        this.options = options;
        this.newcomers = newcomers;
        this.known = read;
    }

    private static int dim(IndexParameters planned, List<WrittenSegment> written) {
        return written.stream()
                .filter(segment -> segment.segment().rows() > 0)
                .mapToInt(WrittenSegment::dim)
                .findFirst()
                .orElse(planned.dim());
    }

    @Override
    public void check(Snapshot current) throws IOException {
        if (!current.indexId().equals(read.indexId())) {
            throw conflict(current, "replaced the index by another one");
        }
        if (written.isEmpty()) {
            return;
        }
        for (long version = known.version() + 1; version < current.version(); version++) {
            Optional<Snapshot> between = between(current, version);
            if (between.isPresent()) {
                follow(between.get());
            }
        }
        if (current.version() > known.version()) {
            follow(current);
        }
    }

    /** A version in between; without it, its changes count as those of the next. */
    private Optional<Snapshot> between(Snapshot current, long version) throws IOException {
        if (!current.retains(version)) {
            return Optional.empty();
        }
        try {
            return Optional.of(index.snapshot(version));
        } catch (ConfigurationException expired) {
            LOG.debug("Version {} expired while a commit looked at it", version, expired);
            return Optional.empty();
        }
    }

    private void follow(Snapshot next) throws IOException {
        boolean rewritten = next.keepsRows() && next.version() == known.version() + 1;
        if (!rewritten) {
            Set<UUID> after = next.segments().stream().map(Segment::uuid).collect(Collectors.toSet());
            Set<UUID> before = new HashSet<>();
            for (Segment segment : known.segments()) {
                before.add(segment.uuid());
            }
            if (!after.containsAll(before)) {
                throw conflict(next, "replaced rows that it read (operation " + next.operation() + ")");
            }
            List<Segment> added = next.segments().stream()
                    .filter(segment -> !before.contains(segment.uuid()))
                    .toList();
            if (!added.isEmpty()) {
                compare(next, added);
            }
        }
        known = next;
    }

    private void compare(Snapshot next, List<Segment> added) throws IOException {
        List<Segment> reachable = added.stream()
                .filter(segment -> mayMeet(segment, next.parameters()))
                .toList();
        if (!reachable.isEmpty()) {
            LOG.info(
                    "Version {} of index {} came after the one that {} read: the ids of its {} are compared with the {}"
                            + " written",
                    next.version(),
                    index.path(),
                    operation,
                    sizes(reachable),
                    sizes(written));
            if (own == null) {
                own = changes(written, layout);
            }
            Changes theirs = changes(reachable, next.parameters());
            // That both deleted a row is the same in either order.
            refuse(next, common(own.rows, theirs.rows), "changed");
            refuse(next, common(own.deleted, theirs.rows), "changed");
            refuse(next, common(own.rows, theirs.deleted), "deleted");
        }
        Optional<String> seen = newcomers.read(next.withSegments(added));
        if (seen.isPresent()) {
            throw conflict(next, seen.get());
        }
    }

    /** Whether a segment can have ids of the written ones: where hashes of ids tell shards, in theirs alone. */
    private boolean mayMeet(Segment segment, IndexParameters parameters) {
        return parameters.routing().isByCluster()
                || !parameters.routesAs(layout)
                || written.stream().anyMatch(other -> other.shard() == segment.shard());
    }

    private Changes changes(List<Segment> segments, IndexParameters parameters) throws IOException {
        var rows = new Roaring64Bitmap();
        var deleted = new Roaring64Bitmap();
        for (Segment segment : segments) {
            deleted.or(index.tombstones(segment));
            if (segment.rows() > 0) {
                addIds(segment, parameters, rows);
            }
        }
        deleted.andNot(rows);
        return new Changes(rows, deleted);
    }

    private static String sizes(List<Segment> segments) {
        return segments.stream().mapToLong(Segment::rows).sum() + " rows in " + segments.size() + " segments";
    }

    private void addIds(Segment segment, IndexParameters parameters, Roaring64Bitmap ids) throws IOException {
        Optional<PayloadFile> payload = index.payload(segment);
        if (payload.isPresent()) {
            try (var reader = PayloadReader.open(payload.get(), List.of())) {
                PayloadScan scan = reader.scan();
                while (scan.next()) {
                    ids.addLong(scan.id());
                }
            }
            return;
        }
        LOG.info(
                "Segment {} has no payload, so that all of its {} bytes are read for its ids",
                segment.uuid(),
                segment.bytes());
        try (SegmentLease lease = SegmentCache.shared(options)
                        .lease(
                                index,
                                read.indexId(),
                                segment,
                                parameters.databaseOptions().build());
                RecordScan scan = lease.database().scan()) {
            while (scan.next()) {
                ids.addLong(scan.id());
            }
        }
    }

    private static Roaring64Bitmap common(Roaring64Bitmap one, Roaring64Bitmap other) {
        Roaring64Bitmap common = one.clone();
        common.and(other);
        return common;
    }

    private void refuse(Snapshot next, Roaring64Bitmap ids, String done) {
        if (!ids.isEmpty()) {
            String which = read.schema().idType() == IdType.STRING ? "" : ", such as row " + ids.first();
            throw conflict(
                    next, done + " " + ids.getLongCardinality() + " of the rows that it changes as well" + which);
        }
    }

    private CommitConflictException conflict(Snapshot next, String what) {
        return new CommitConflictException("Cannot commit " + operation + " to index " + index.path()
                + ": since version " + read.version() + ", which it read, version " + next.version() + " " + what
                + " (nothing was committed; run it again)");
    }
}
