package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.ShardScan;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.filter.RowFilter;
import io.pomaidb.write.CommitCheck;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.RowConflicts;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.connector.write.RowLevelOperation.Command;

/**
 * What a DELETE, an UPDATE or a MERGE has read, which its commit is held against.
 *
 * @param command which of them
 * @param snapshot the rows that it looked at
 * @param filter which of these rows it looked at
 * @param options of the operation
 * @param isolation what others may have committed since
 */
record ReadRows(Command command, Snapshot snapshot, RowFilter filter, PomaiOptions options, IsolationLevel isolation) {

    /** The check of a commit of some segments. */
    CommitCheck check(PomaiIndex index, IndexWrite plan, List<WrittenSegment> written) {
        return new RowConflicts(
                index,
                command.name(),
                snapshot,
                plan,
                written,
                options,
                isolation == IsolationLevel.SNAPSHOT ? added -> Optional.empty() : added -> seen(index, added));
    }

    /** What of another commit the operation would have looked at. */
    private Optional<String> seen(PomaiIndex index, Snapshot added) throws IOException {
        // A MERGE may insert where a row was deleted; the others do nothing to a row that is gone.
        boolean deletes = added.segments().stream()
                .anyMatch(segment -> !segment.tombstones().isEmpty());
        if (command == Command.MERGE && deletes) {
            return Optional.of("deleted rows among those that it read");
        }
        SnapshotView view = filter.on(SnapshotView.of(index, added, options, 1));
        List<Integer> shards = added.segments().stream()
                .filter(segment -> segment.rows() > 0)
                .map(Segment::shard)
                .distinct()
                .toList();
        for (int shard : filter.among(shards, added)) {
            try (ShardScan scan = view.scan(shard)) {
                if (scan.next()) {
                    return Optional.of("brought rows that it would have read");
                }
            }
        }
        return Optional.empty();
    }
}
