package io.pomaidb.flink.read;

import io.pomaidb.flink.row.RowShape;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.search.IdFilter;
import io.pomaidb.search.SegmentFilter;
import io.pomaidb.search.SnapshotView;
import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/**
 * Which rows of an index are to be read, and how they are shown.
 *
 * @param access the index
 * @param shape the columns
 * @param predicate which rows; null for all
 * @param ids the only ids to show
 * @param limit rows that are enough; {@link Long#MAX_VALUE} for all
 * @param at the snapshot to read
 */
public record Scan(
        IndexAccess access, RowShape shape, PayloadPredicate predicate, IdFilter ids, long limit, SnapshotChoice at)
        implements Serializable {
    public Scan {
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(ids, "ids");
        Objects.requireNonNull(at, "at");
    }

    /** All rows of the latest snapshot. */
    public Scan(IndexAccess access, RowShape shape) {
        this(access, shape, null, IdFilter.ALL, Long.MAX_VALUE, SnapshotChoice.LATEST);
    }

    /** The rows of a snapshot that the scan is about. */
    SnapshotView view(PomaiIndex index, Snapshot snapshot) throws IOException {
        SnapshotView view = access.view(index, snapshot);
        if (predicate != null) {
            view = view.where(predicate);
        }
        return ids.isAll() ? view : view.where((SegmentFilter) segment -> ids);
    }

    /** The only ids to show, where they are known. */
    Optional<long[]> knownIds() {
        return ids.allowed().map(bitmap -> bitmap.toArray());
    }
}
