package io.pomaidb.spark.nearest;

import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.PartitionReader;

/** Rows that were found already, as Spark takes them. */
final class NearestReader implements PartitionReader<InternalRow> {
    private final Iterator<InternalRow> rows;
    private InternalRow row;

    NearestReader(Iterator<InternalRow> rows) {
        this.rows = rows;
    }

    @Override
    public boolean next() {
        row = rows.hasNext() ? rows.next() : null;
        return row != null;
    }

    @Override
    public InternalRow get() {
        return row;
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
