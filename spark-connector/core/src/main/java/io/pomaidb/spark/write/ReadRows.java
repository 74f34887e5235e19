package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.ShardScan;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.filter.RowFilter;
import io.pomaidb.spark.read.RowsScanBuilder;
import io.pomaidb.write.CommitCheck;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.RowConflicts;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.connector.write.RowLevelOperation.Command;

/**
 * What a DELETE, an UPDATE, a MERGE or an INSERT has read, which its commit is held against.
 *
 * @param operation which of them, as errors call it
 * @param inserts whether it may insert rows where there were none
 * @param snapshot the rows that it looked at
 * @param filter which of these rows it looked at
 * @param options of the operation
 * @param isolation what others may have committed since
 */
public record ReadRows(
        String operation,
        boolean inserts,
        Snapshot snapshot,
        RowFilter filter,
        PomaiOptions options,
        IsolationLevel isolation) {
    /** To Spark, such a MERGE is an INSERT. */
    private static final String INSERT = "INSERT, or MERGE with nothing but INSERT,";

    /** What a command has read. */
    static ReadRows of(Command command, RowsScanBuilder scan, PomaiOptions options, IsolationLevel isolation) {
        boolean inserts = command == Command.MERGE;
        return new ReadRows(command.name(), inserts, scan.snapshot(), scan.filter(), options, isolation);
    }

    /** What an append has read of the table that it appends to. */
    public static ReadRows byInsert(RowsScanBuilder scan, PomaiOptions options, IsolationLevel isolation) {
        return new ReadRows(INSERT, true, scan.snapshot(), scan.filter(), options, isolation);
    }

    /** The check of a commit of some segments. */
    CommitCheck check(PomaiIndex index, IndexWrite plan, List<WrittenSegment> written) {
        return new RowConflicts(
                index,
                operation,
                snapshot,
                plan,
                written,
                options,
                isolation == IsolationLevel.SNAPSHOT ? added -> Optional.empty() : added -> seen(index, added));
    }

    /** What of another commit the operation would have looked at. */
    private Optional<String> seen(PomaiIndex index, Snapshot added) throws IOException {
        // What inserts may do so where a row was deleted; the others do nothing to a row that is gone.
        boolean deletes = added.segments().stream()
                .anyMatch(segment -> !segment.tombstones().isEmpty());
        if (inserts && deletes) {
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
