package io.pomaidb.verify;

import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;

/** What has to hold between the snapshots of one index. */
final class SnapshotChain {
    private final Consumer<Finding> findings;
    private final Set<Long> unreadable;
    private final Map<UUID, Long> commits = new HashMap<>();
    private final Map<UUID, Segment> segments = new HashMap<>();
    private Snapshot before;

    /** @param unreadable versions whose snapshots are there and were found damaged already */
    SnapshotChain(Consumer<Finding> findings, Set<Long> unreadable) {
        this.findings = findings;
        this.unreadable = unreadable;
    }

    /** Holds snapshots, ascending, against each other. */
    void check(List<Snapshot> snapshots) {
        if (snapshots.isEmpty()) {
            return;
        }
        Snapshot latest = snapshots.get(snapshots.size() - 1);
        checkComplete(snapshots, latest);
        for (Snapshot snapshot : snapshots) {
            checkOrder(snapshot);
            checkSegments(snapshot);
            before = snapshot;
        }
    }

    /** By gaps and not one by one: a crafted snapshot may claim to be the latest of 10^18. */
    private void checkComplete(List<Snapshot> snapshots, Snapshot latest) {
        var known = new TreeSet<>(unreadable);
        snapshots.forEach(snapshot -> known.add(snapshot.version()));
        long expected = latest.oldestVersion();
        for (long version : known.tailSet(expected, true)) {
            if (version > expected) {
                String which = version - 1 == expected
                        ? "version " + expected
                        : "versions " + expected + " to " + (version - 1);
                findings.accept(new Finding(which, "no snapshot exists"));
            }
            expected = version + 1;
        }
        latest.tags().forEach((tag, version) -> {
            if (!known.contains(version)) {
                findings.accept(new Finding("version " + version, "no snapshot exists, and tag " + tag + " names it"));
            }
        });
    }

    private void checkOrder(Snapshot snapshot) {
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
