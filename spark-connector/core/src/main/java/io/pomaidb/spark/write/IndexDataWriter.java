package io.pomaidb.spark.write;

import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
import io.pomaidb.spark.column.IdColumn;
import io.pomaidb.spark.column.RowColumns;
import io.pomaidb.spark.column.RowVector;
import io.pomaidb.spark.column.SparkValues;
import io.pomaidb.spark.column.VectorColumn;
import io.pomaidb.spark.metric.RowsWritten;
import io.pomaidb.spark.metric.TaskMetric;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes or deletes the rows of one task attempt, of whichever shards. Components go from Spark's row to the native batch by one
 * copy.
 */
final class IndexDataWriter implements DeltaWriter<InternalRow> {
    private static final Logger LOG = LoggerFactory.getLogger(IndexDataWriter.class);

    private static final long SECONDS_BETWEEN_LINES = 30;

    /** To add up what is held takes longer than a row's turn. */
    private static final long ROWS_BETWEEN_LOOKS = 4096;

    private static final long BYTES_BETWEEN_LOOKS = 16 << 20;

    private static final CustomMetric ROWS = new RowsWritten();

    private final String path;
    private final ShardWriter writer;
    private final IdColumn id;
    private final IdColumn rowIdColumn;
    private final VectorColumn column;
    private final RowVector vector;

    /** Null where rows have no payload. */
    private final SparkValues payload;

    private final TaskContext context;
    private final BuildProgress progress;
    private final NativeMemory memory;
    private final WriteTally tally;
    private long rows;
    private long nextLook = 1;
    private long bytesOfRow;

    IndexDataWriter(String path, ShardWriter writer, RowColumns columns, TaskContext context, WriteTally tally) {
        this.path = path;
        this.tally = tally;
        this.writer = writer;
        this.id = columns.id();
        // Spark hands over row ids as rows of nothing else.
        this.rowIdColumn = new IdColumn(id.name(), 0, id.type());
        this.column = columns.vector();
        this.vector = column == null ? null : column.encoding().reader();
        this.payload = columns.payload().reader();
        this.context = context;
        this.progress = new BuildProgress(path, context.partitionId(), SECONDS_BETWEEN_LINES);
        this.memory = NativeMemory.of(path, context.taskMemoryManager());
        // The kill may come after the check in commit(), which Spark does not follow by abort().
        TaskCompletionListener cleanUp = ended -> {
            if (ended.isInterrupted() || ended.isFailed()) {
                writer.abort();
            }
        };
        context.addTaskCompletionListener(cleanUp);
    }

    @Override
    public void insert(InternalRow row) throws IOException {
        write(row);
    }

    /** Only a row as a whole is replaced, which its id must therefore survive. */
    @Override
    public void update(InternalRow metadata, InternalRow rowId, InternalRow row) throws IOException {
        if (!id.isNull(row) && rowIdColumn.read(rowId) != id.read(row)) {
            throw new DataException("Cannot update a row of index " + path + ": its id in column " + id.name()
                    + " changes from " + rowIdColumn.show(rowId) + " to " + id.show(row)
                    + " (accepted: updates of other columns; delete the row and insert another)");
        }
        write(row);
    }

    @Override
    public void delete(InternalRow metadata, InternalRow rowId) throws IOException {
        writer.delete(rowIdColumn.read(rowId));
    }

    @Override
    public void write(InternalRow row) throws IOException {
        if (id.isNull(row)) {
            throw new DataException("Cannot write a row to index " + path + ": its id in column " + id.name()
                    + " is null (accepted: an id in every row)");
        }
        if (payload != null) {
            payload.pointAt(row);
        }
        RowVector read = vector(row);
        if (id.type() == IdType.STRING) {
            writer.write(id.key(row), read, payload);
        } else {
            writer.write(id.read(row), read, payload);
        }
        rows++;
        progress.rows(rows);
        if (rows >= nextLook) {
            nextLook = rows + Math.max(1, Math.min(ROWS_BETWEEN_LOOKS, BYTES_BETWEEN_LOOKS / bytesOfRow()));
            look();
        }
    }

    /** Rows of one index take all the same. */
    private long bytesOfRow() {
        bytesOfRow = bytesOfRow == 0 ? Math.max(1, writer.nativeBytes()) : bytesOfRow;
        return bytesOfRow;
    }

    /** Has rows frozen where they take more memory than there is for the task; half of it, or that would come again soon. */
    private void look() {
        long held = writer.nativeBytes();
        if (!memory.hold(held)) {
            writer.freezeDownTo(held / 2);
            memory.hold(writer.nativeBytes());
        }
    }

    /** What Spark is told of writes. */
    static CustomMetric[] metrics() {
        return new CustomMetric[] {ROWS};
    }

    @Override
    public CustomTaskMetric[] currentMetricsValues() {
        return new CustomTaskMetric[] {TaskMetric.of(ROWS, rows)};
    }

    /** Null where the row has none. */
    private RowVector vector(InternalRow row) {
        if (row.isNullAt(column.ordinal())) {
            return null;
        }
        vector.pointAt(row, column.ordinal());
        return vector;
    }

    /** Uploads the segments, and deletes them again if the task was killed meanwhile: Spark drops its message then. */
    @Override
    public WriterCommitMessage commit() throws IOException {
        refuseIfKilled();
        look();
        LOG.info(
                "Building the segments of {} rows that partition {} writes to index {}",
                rows,
                context.partitionId(),
                path);
        List<WrittenSegment> segments = writer.finish();
        long uploaded = segments.stream()
                .mapToLong(written -> written.segment().bytes())
                .sum();
        long nanos = progress.nanos();
        tally.add(rows, uploaded, memory.most(), writer.times(), nanos);
        LOG.info(
                "Built and uploaded {} segments of {} bytes, after {} s",
                segments.size(),
                uploaded,
                TimeUnit.NANOSECONDS.toSeconds(nanos));
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
        memory.close();
        writer.close();
    }
}
