package io.pomaidb.flink.sink;

import io.pomaidb.index.IdType;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadValues;
import io.pomaidb.vector.VectorSource;
import java.io.Serializable;
import java.util.List;

/**
 * Shows rows of one type to the sink. Every subtask has a copy of its own, made by Java's serialization and used by one
 * thread, so an adapter may return the same objects for each row; the sink keeps none of them beyond a row.
 *
 * @param <T> type of the rows
 */
public interface RowAdapter<T> extends Serializable {
    /** Type of the rows' ids. */
    IdType idType();

    /** The payload columns, in the order of {@link #payload}. */
    List<PayloadColumn> columns();

    /** What the row does. */
    RowOperation operation(T row);

    /**
     * The key in UTF-8 of a row whose ids are strings, not changed any more; null if the row has none, which is an error.
     * Not called where ids are numbers.
     */
    byte[] key(T row);

    /**
     * The id of a row, or the hash of its key.
     *
     * @throws io.pomaidb.error.DataException if the row has none
     */
    long id(T row);

    /** The vector; null for a row without one, which is an error. */
    VectorSource vector(T row);

    /** The values of {@link #columns}; null where there are no columns or all values are null. */
    PayloadValues payload(T row);

    /** The id of a string key. */
    static long idOf(byte[] key) {
        return KeyHash.idOf(key);
    }
}
