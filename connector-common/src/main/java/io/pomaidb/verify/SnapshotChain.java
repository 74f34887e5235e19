package io.pomaidb.verify;

import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** What has to hold between the snapshots of one index. */
final class SnapshotChain {
    private final Consumer<Finding> findings;
    private final Map<UUID, Long> commits = new HashMap<>();
    private final Map<UUID, Segment> segments = new HashMap<>();
    private Snapshot before;

    SnapshotChain(Consumer<Finding> findings) {
        this.findings = findings;
    }

    /** Holds snapshots, ascending, against each other. */
    void check(List<Snapshot> snapshots) {
        Snapshot latest = snapshots.isEmpty() ? null : snapshots.get(snapshots.size() - 1);
        for (Snapshot snapshot : snapshots) {
            checkOrder(snapshot, latest);
            checkSegments(snapshot);
            before = snapshot;
        }
    }

    private void checkOrder(Snapshot snapshot, Snapshot latest) {
        Long other = commits.putIfAbsent(snapshot.commitId(), snapshot.version());
        if (other != null) {
            found(snapshot, "its commit " + snapshot.commitId() + " is that of version " + other + " too");
        }
        if (before == null) {
            return;
        }
        if (!snapshot.indexId().equals(before.indexId())) {
            found(
                    snapshot,
                    "its index id is " + snapshot.indexId() + ", and that of version " + before.version() + " is "
                            + before.indexId());
        }
        for (long missing = before.version() + 1; missing < snapshot.version(); missing++) {
            if (latest.retains(missing)) {
                findings.accept(new Finding("version " + missing, "its snapshot does not exist"));
            }
        }
        if (snapshot.timestampMillis() < before.timestampMillis()) {
            found(
                    snapshot,
                    "its timestamp " + snapshot.timestampMillis() + " is before that of version " + before.version()
                            + ", " + before.timestampMillis());
        }
    }

    private void checkSegments(Snapshot snapshot) {
        for (Segment segment : snapshot.segments()) {
            Segment other = segments.putIfAbsent(segment.uuid(), segment);
            if (other != null
                    && !other.equals(segment)
                    && !other.withoutTombstones().equals(segment)) {
                found(
                        snapshot,
                        "it describes segment " + segment.directory() + " in another way than earlier versions");
            }
        }
    }

    private void found(Snapshot snapshot, String problem) {
        findings.accept(new Finding("version " + snapshot.version(), problem));
    }
}
