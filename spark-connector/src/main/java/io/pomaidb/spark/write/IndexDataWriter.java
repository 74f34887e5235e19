package io.pomaidb.spark.write;

import io.pomaidb.error.DataException;
import io.pomaidb.spark.column.IdColumn;
import io.pomaidb.spark.column.RowVector;
import io.pomaidb.spark.column.VectorColumn;
import io.pomaidb.write.ShardWriter;
import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * Writes the rows of one task attempt, of whichever shards. Components go from Spark's row to the native batch by one
 * copy.
 */
final class IndexDataWriter implements DataWriter<InternalRow> {
    private final String path;
    private final ShardWriter writer;
    private final IdColumn id;
    private final VectorColumn column;
    private final RowVector vector;

    IndexDataWriter(String path, ShardWriter writer, IdColumn id, VectorColumn column) {
        this.path = path;
        this.writer = writer;
        this.id = id;
        this.column = column;
        this.vector = column.encoding().reader();
    }

    @Override
    public void write(InternalRow row) throws IOException {
        if (id.isNull(row)) {
            throw new DataException("Cannot write a row to index " + path + ": its id in column " + id.name()
                    + " is null (accepted: an id in every row)");
        }
        long rowId = id.read(row);
        if (row.isNullAt(column.ordinal())) {
            writer.write(rowId, null);
            return;
        }
        vector.pointAt(row, column.ordinal());
        writer.write(rowId, vector);
    }

    @Override
    public WriterCommitMessage commit() throws IOException {
        return TaskSegments.of(writer.finish());
    }

    @Override
    public void abort() throws IOException {
        writer.abort();
    }

    /** Frees memory and scratch files. What {@link #commit} uploaded stays: it is the driver's to publish. */
    @Override
    public void close() throws IOException {
        writer.close();
    }
}
