package io.pomaidb.flink.lookup;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.row.ColumnTypes;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.flink.search.SearchSettings;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.search.IdFilter;
import io.pomaidb.search.SegmentFilter;
import io.pomaidb.search.SnapshotView;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * Which rows of an index a lookup join finds.
 *
 * @param search the index, and the columns of its rows
 * @param keys the columns that the join knows; one is the id
 * @param predicate which rows; null for all
 * @param ids the only ids to show
 */
public record LookupSettings(SearchSettings search, List<Integer> keys, PayloadPredicate predicate, IdFilter ids)
        implements Serializable {
    /**
     * Checks the keys.
     *
     * @throws ConfigurationException if the id is not among them
     */
    public LookupSettings {
        Objects.requireNonNull(search, "search");
        Objects.requireNonNull(ids, "ids");
        keys = List.copyOf(keys);
        if (keys.stream().noneMatch(key -> search.shape().column(key).kind() == ShownColumn.Kind.ID)) {
            throw new ConfigurationException("Cannot look up rows by "
                    + String.join(
                            ", ",
                            keys.stream()
                                    .map(key -> search.shape().column(key).name())
                                    .toList())
                    + ": the id is not among these columns (join on the id, or scan the table)");
        }
    }

    /** Where the id stands among the keys. */
    int idPlace() {
        int place = 0;
        while (search.shape().column(keys.get(place)).kind() != ShownColumn.Kind.ID) {
            place++;
        }
        return place;
    }

    /** Type of the ids. */
    IdType idType() {
        ShownColumn id = search.shape().column(keys.get(idPlace()));
        return ColumnTypes.id(id.name(), id.type());
    }

    /** The rows of a view that may be found. */
    SnapshotView where(SnapshotView view) {
        SnapshotView shown = predicate == null ? view : view.where(predicate);
        return ids.isAll() ? shown : shown.where((SegmentFilter) segment -> ids);
    }
}
