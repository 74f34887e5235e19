package io.pomaidb.flink.row;

import java.io.Serializable;
import java.util.Objects;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * A column of the rows that a table shows.
 *
 * @param kind where its values come from
 * @param name of a column of the index, or a metadata key
 * @param type what its values are shown as
 */
public record ShownColumn(Kind kind, String name, LogicalType type) implements Serializable {
    /** Where a column's values come from. */
    public enum Kind {
        ID,
        VECTOR,
        PAYLOAD,
        /** Number of the row's shard. */
        SHARD,
        /** Id of the segment that has the row. */
        SEGMENT,
        /** Version of the commit that wrote the row. */
        VERSION
    }

    public ShownColumn {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
    }
}
