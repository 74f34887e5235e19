package io.pomaidb.flink.sink;

import io.pomaidb.engine.RecordScan;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.connector.testframe.external.ExternalSystemDataReader;

/** The ids of all segments as they are committed; one that two segments have is there twice. */
final class CommittedIds implements ExternalSystemDataReader<Long> {
    private final TestIndex index;
    private final Set<UUID> read = new HashSet<>();

    CommittedIds(TestIndex index) {
        this.index = index;
    }

    @Override
    public List<Long> poll(Duration timeout) {
        try {
            PomaiIndex committed = index.index();
            Optional<Snapshot> latest = committed.latest();
            var ids = new ArrayList<Long>();
            if (latest.isPresent()) {
                for (Segment segment : latest.get().segments()) {
                    if (read.add(segment.uuid())) {
                        addIds(index, committed, latest.get(), segment, ids);
                    }
                }
            }
            return ids;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ids of all segments that commits of rows ever added, whatever compactions have made of them since. */
    static List<Long> ofAllVersions(TestIndex index) throws IOException {
        PomaiIndex committed = index.index();
        var ids = new ArrayList<Long>();
        var before = new ArrayList<UUID>();
        for (long version : committed.versions()) {
            Snapshot snapshot = committed.snapshot(version);
            for (Segment segment : snapshot.segments()) {
                // A segment that is listed once more than before was committed again.
                if (!before.remove(segment.uuid()) && !snapshot.operation().equals(Snapshot.COMPACT)) {
                    addIds(index, committed, snapshot, segment, ids);
                }
            }
            before.clear();
            snapshot.segments().forEach(segment -> before.add(segment.uuid()));
        }
        return ids;
    }

    private static void addIds(
            TestIndex index, PomaiIndex committed, Snapshot snapshot, Segment segment, List<Long> ids)
            throws IOException {
        var database = snapshot.parameters().databaseOptions().build();
        try (SegmentLease lease = SegmentCache.shared(index.options()).lease(committed, snapshot, segment, database);
                RecordScan scan = lease.database().scan()) {
            while (scan.next()) {
                ids.add(scan.id());
            }
        }
    }

    @Override
    public void close() {}
}
