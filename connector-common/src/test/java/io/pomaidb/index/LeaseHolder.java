package io.pomaidb.index;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import java.io.IOException;
import java.nio.file.Path;

/** Leases the first segment of an index until its input ends. */
final class LeaseHolder {
    private LeaseHolder() {}

    public static void main(String[] arguments) throws IOException {
        var written = new TestIndex(Path.of(arguments[0]));
        Snapshot snapshot = written.index().latestExisting();
        try (SegmentLease lease = SegmentCache.open(written.cache())
                .lease(
                        written.index(),
                        snapshot,
                        snapshot.segments().get(0),
                        snapshot.parameters().databaseOptions().searchThreads(1).build())) {
            Jvm.report(lease.database().exists(0) ? "holding" : "empty");
            if (System.in.read() >= 0) {
                throw new IOException("Nobody has anything to say to this process");
            }
        }
    }
}
