package io.pomaidb.spark.column;

import io.pomaidb.index.IdType;
import io.pomaidb.payload.KeyHash;
import java.io.Serializable;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * The id column of a DataFrame.
 *
 * @param name as the DataFrame spells it
 * @param ordinal its place in a row
 * @param type what its values are
 */
public record IdColumn(String name, int ordinal, IdType type) implements Serializable {
    public boolean isNull(InternalRow row) {
        return row.isNullAt(ordinal);
    }

    /** The id of a row in which it is not null. */
    public long read(InternalRow row) {
        return switch (type) {
            case INT -> row.getInt(ordinal);
            case LONG -> row.getLong(ordinal);
            case STRING -> KeyHash.idOf(key(row));
        };
    }

    /** The key of a row in which it is not null, in UTF-8; for ids that are strings. */
    public byte[] key(InternalRow row) {
        return row.getUTF8String(ordinal).getBytes();
    }

    /** The id of a row in which it is not null, for people. */
    public String show(InternalRow row) {
        return type == IdType.STRING ? row.getUTF8String(ordinal).toString() : Long.toString(read(row));
    }
}
