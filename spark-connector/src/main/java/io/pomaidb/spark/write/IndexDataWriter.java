package io.pomaidb.spark.write;

import io.pomaidb.error.DataException;
import io.pomaidb.spark.column.IdColumn;
import io.pomaidb.spark.column.RowVector;
import io.pomaidb.spark.column.VectorColumn;
import io.pomaidb.write.ShardWriter;
import java.io.IOException;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.util.TaskCompletionListener;

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
    private final TaskContext context;

    IndexDataWriter(String path, ShardWriter writer, IdColumn id, VectorColumn column, TaskContext context) {
        this.path = path;
        this.writer = writer;
        this.id = id;
        this.column = column;
        this.vector = column.encoding().reader();
        this.context = context;
        // The kill may come after the check in commit(), which Spark does not follow by abort().
        TaskCompletionListener cleanUp = ended -> {
            if (ended.isInterrupted() || ended.isFailed()) {
                writer.abort();
            }
        };
        context.addTaskCompletionListener(cleanUp);
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

    /** Uploads the segments, and deletes them again if the task was killed meanwhile: Spark drops its message then. */
    @Override
    public WriterCommitMessage commit() throws IOException {
        refuseIfKilled();
        var segments = writer.finish();
        refuseIfKilled();
        return TaskSegments.of(segments);
    }

    private void refuseIfKilled() {
        if (context.isInterrupted()) {
            writer.abort();
            throw new TaskKilledException("while it wrote to index " + path);
        }
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
