package io.pomaidb.spark.filter;

import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.search.IdFilter;
import io.pomaidb.search.SnapshotView;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which rows a scan or a search shows: those that satisfy a condition on payload columns, and where ids are named, have
 * one of them. Immutable.
 *
 * @param predicates all of which hold
 * @param ids one of which a row has; null where any will do
 */
public record RowFilter(List<PayloadPredicate> predicates, List<Long> ids) implements Serializable {
    /** Every row. */
    public static final RowFilter ALL = new RowFilter(List.of(), null);

    public RowFilter {
        predicates = List.copyOf(predicates);
        ids = ids == null ? null : List.copyOf(ids);
    }

    /** Whether it hides nothing. */
    public boolean isAll() {
        return predicates.isEmpty() && ids == null;
    }

    /** A view that shows only these rows. */
    public SnapshotView on(SnapshotView view) {
        SnapshotView filtered = view;
        if (!predicates.isEmpty()) {
            filtered = filtered.where(new PayloadPredicate.And(predicates));
        }
        if (ids != null) {
            IdFilter allowed =
                    IdFilter.allow(ids.stream().mapToLong(Long::longValue).toArray());
            filtered = filtered.where(segment -> allowed);
        }
        return filtered;
    }

    /** Of some shards of a snapshot those that can have such rows. */
    public List<Integer> among(List<Integer> shards, Snapshot snapshot) {
        if (ids == null || snapshot.parameters().routing().isByCluster()) {
            return shards;
        }
        var possible =
                ids.stream().map(id -> Sharding.shardOf(id, snapshot.shards())).collect(Collectors.toSet());
        return shards.stream().filter(possible::contains).toList();
    }
}
