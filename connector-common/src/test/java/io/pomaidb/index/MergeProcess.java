package io.pomaidb.index;

import io.pomaidb.engine.RecordScan;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Merges the segments of an index's only shard in its cache, in a JVM of its own: opens them, says so, waits for a word,
 * and merges as if they had been searched for long, first without a graph and then with one. Says at last how many
 * databases hold how many rows, each row the one of the newest segment.
 */
final class MergeProcess {
    /** More than merging any rows of these tests costs. */
    static final long LONG = Long.MAX_VALUE / 1000;

    private MergeProcess() {}

    public static void main(String[] arguments) throws IOException {
        var written = new TestIndex(Path.of(arguments[0]));
        SegmentCache cache = SegmentCache.open(written.cache());
        PomaiIndex index = written.index();
        Snapshot snapshot = index.latestExisting();
        List<SegmentLease> leases = lease(cache, index, snapshot);
        Jvm.report("ready");
        if (System.in.read() < 0) {
            throw new IOException("The parent is gone");
        }
        for (int i = 0; i < 2; i++) {
            leases.forEach(lease -> lease.spend(LONG));
            leases.forEach(SegmentLease::close);
            leases = lease(cache, index, snapshot);
        }
        Jvm.report(leases.size() + " " + check(leases));
        leases.forEach(SegmentLease::close);
    }

    static List<SegmentLease> lease(SegmentCache cache, PomaiIndex index, Snapshot snapshot) throws IOException {
        List<Segment> segments = index.segmentsOf(snapshot, 0).stream()
                .map(ShardSegment::segment)
                .toList();
        return cache.leaseShard(
                index,
                snapshot,
                segments,
                segments.size(),
                snapshot.parameters().databaseOptions().searchThreads(1).build());
    }

    /** Rows of the one database; the first component of each says which commit wrote it, the second its id. */
    private static int check(List<SegmentLease> leases) throws IOException {
        SegmentLease merged = leases.get(0);
        int rows = 0;
        try (RecordScan scan = merged.database().scan()) {
            while (scan.next()) {
                long newest = SegmentMergeKillTest.newestCommit(scan.id());
                if (scan.component(0) != newest || scan.component(1) != scan.id()) {
                    throw new AssertionError("Row " + scan.id() + " is that of commit " + scan.component(0));
                }
                rows++;
            }
        }
        return rows;
    }
}
