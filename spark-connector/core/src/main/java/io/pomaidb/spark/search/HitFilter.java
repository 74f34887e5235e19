package io.pomaidb.spark.search;

import io.pomaidb.index.Snapshot;
import io.pomaidb.search.IdFilter;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.filter.RowFilter;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * The rows that hits may be: those that an index can tell by itself, or the ids that Spark has found. Immutable.
 *
 * @param rows what the index tells
 * @param ids what Spark finds; null where the index told all
 */
record HitFilter(RowFilter rows, FoundIds ids) implements Serializable {
    static final HitFilter ALL = new HitFilter(RowFilter.ALL, null);

    /** Looks for the ids, if that is still to be done. To be called on the driver before tasks get the filter. */
    void find() {
        if (ids != null) {
            ids.byPart();
        }
    }

    /** A shard of a view, with only these rows shown. */
    SnapshotView on(SnapshotView view, int shard) throws IOException {
        if (ids == null) {
            return rows.on(view);
        }
        AllowedIds found = ids.byPart().get(AllowedIds.partOf(shard, view.snapshot()));
        IdFilter allowed = found == null ? IdFilter.allow() : IdFilter.allow(found.bitmap());
        return view.where(segment -> allowed);
    }

    /** Of some shards those that can have such rows. */
    List<Integer> among(List<Integer> shards, Snapshot snapshot) {
        return ids == null
                ? rows.among(shards, snapshot)
                : shards.stream()
                        .filter(shard -> ids.byPart().containsKey(AllowedIds.partOf(shard, snapshot)))
                        .toList();
    }
}
