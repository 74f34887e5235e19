package io.pomaidb.index;

import io.pomaidb.fixture.CountingFileSystem;
import io.pomaidb.fixture.HookedDisk;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/**
 * Uses the segment cache of an index's folder in a JVM of its own. {@code hold} leases the first segment until its input
 * ends; {@code lease} leases it and says how many files it opened for that; {@code stop} does the same and stops in the
 * middle of the fetch; {@code churn} leases segments at random within a bound.
 */
final class CacheProcess {
    private CacheProcess() {}

    public static void main(String[] arguments) throws IOException {
        var written = new TestIndex(Path.of(arguments[0]));
        boolean stops = arguments[1].equals("stop");
        Configuration configuration = CountingFileSystem.configuration();
        configuration.set("fs.stopping.impl", StoppingFileSystem.class.getName());
        PomaiIndex index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path((stops ? "stopping:" : "counting:") + written.path()), configuration);
        Snapshot snapshot = index.latestExisting();
        SegmentCache cache = SegmentCache.open(written.cache());
        if (arguments[1].equals("churn")) {
            churn(cache, index, snapshot, Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
            return;
        }
        Jvm.report("ready");
        CountingFileSystem.reset();
        try (SegmentLease lease = lease(cache, index, snapshot, 0)) {
            if (arguments[1].equals("hold")) {
                Jvm.report(lease.database().exists(0) ? "holding" : "empty");
                waitForInput();
            } else {
                Jvm.report((lease.database().exists(0) ? "found " : "empty ") + CountingFileSystem.reset());
            }
        }
    }

    private static SegmentLease lease(SegmentCache cache, PomaiIndex index, Snapshot snapshot, int position)
            throws IOException {
        return cache.lease(
                index,
                snapshot,
                snapshot.segments().get(position),
                snapshot.parameters().databaseOptions().searchThreads(1).build());
    }

    /** The segment at position i has the ids from 100 i on. */
    private static void churn(SegmentCache cache, PomaiIndex index, Snapshot snapshot, long bound, long seed)
            throws IOException {
        var random = new Random(seed);
        cache.bound(bound);
        Jvm.report("ready");
        for (int i = 0; i < 40; i++) {
            int position = random.nextInt(snapshot.segments().size());
            try (SegmentLease lease = lease(cache, index, snapshot, position)) {
                long id = 100L * position + random.nextInt(100);
                if (!lease.database().exists(id)) {
                    throw new AssertionError("Seed " + seed + ", step " + i + ": row " + id + " is not there");
                }
            }
            if (i == 20) {
                Jvm.report("going");
            }
            if (i % 10 == 0) {
                cache.closeIdle();
            }
        }
        Jvm.report("done");
    }

    private static void waitForInput() throws IOException {
        if (System.in.read() < 0) {
            throw new IOException("The parent is gone");
        }
    }

    /** The local disk under the scheme {@code stopping}: opening a segment's rows says so and waits for a word. */
    public static final class StoppingFileSystem extends HookedDisk {
        @Override
        public String getScheme() {
            return "stopping";
        }

        @Override
        protected void before(Operation operation, org.apache.hadoop.fs.Path file) throws IOException {
            if (operation == Operation.OPEN && file.getName().equals("MANIFEST")) {
                // The rows, which come first in the order of names, are copied already.
                Jvm.report("stopped");
                waitForInput();
            }
        }
    }
}
