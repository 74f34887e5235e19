package io.pomaidb.flink.read;

import java.io.IOException;
import org.apache.flink.table.data.RowData;

/** The rows, or changes of rows, of one split, in an order that is the same each time. For one thread. */
interface SplitRows extends AutoCloseable {
    /** The next one; null at the end. */
    RowData next() throws IOException;

    /** Passes over some as if they had been given out. */
    default void skip(long count) throws IOException {
        for (long i = 0; i < count && next() != null; i++) {
            // What was given out before the failure is behind the reader.
        }
    }

    @Override
    void close();
}
