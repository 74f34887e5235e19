package io.pomaidb.spark.column;

import io.pomaidb.payload.PayloadColumn;
import java.io.Serializable;
import java.util.List;

/**
 * The payload columns of rows to be written, and their places in Spark's rows. Immutable.
 *
 * @param columns the columns, as the index names them
 * @param ordinals their places, in the same order
 */
public record PayloadInput(List<PayloadColumn> columns, List<Integer> ordinals) implements Serializable {
    public PayloadInput {
        columns = List.copyOf(columns);
        ordinals = List.copyOf(ordinals);
    }

    /** An adapter that a task points at each of its rows; null where rows have no payload. */
    public SparkValues reader() {
        return columns.isEmpty() ? null : SparkValues.ofRow(this);
    }
}
