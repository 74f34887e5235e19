package io.pomaidb.index;

import java.util.Optional;

/** What one commit changes. A commit that loses a race asks again, with the winner's snapshot. */
@FunctionalInterface
public interface SnapshotUpdate {
    /**
     * The snapshot that follows {@code current}.
     *
     * @param current the index's latest snapshot, empty if there is no index yet
     * @return empty if {@code current} already holds the change
     * @throws CommitConflictException if the change would mean something else on {@code current} than it did when planned
     */
    Optional<Snapshot> apply(Optional<Snapshot> current);
}
