package io.pomaidb.spark.column;

import io.pomaidb.vector.VectorSource;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;

/**
 * The vector of the row it was pointed at last, read in place. One object serves all rows of a task; it is for one
 * thread.
 */
public interface RowVector extends VectorSource {
    /** Points this at a row's (or an array's) value, which is not null. */
    void pointAt(SpecializedGetters row, int ordinal);
}
