package io.pomaidb.flink.sink;

import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * The native databases that a subtask is filling or freezing: one for each shard that it has rows of. For one thread at a
 * time.
 */
final class OpenPart implements AutoCloseable {
    /** A task of Flink has one core. */
    private static final int CORES = 1;

    /** What a row takes besides its vector. */
    private static final int ROW_BYTES = 32;

    private final PomaiIndex index;
    private final IndexWrite write;
    private final ShardWriter writer;
    private long rows;
    private long bytes;
    private long uploadedBytes;

    private OpenPart(PomaiIndex index, IndexWrite write, ShardWriter writer) {
        this.index = index;
        this.write = write;
        this.writer = writer;
    }

    static OpenPart open(PomaiIndex index, IndexWrite write, Configuration configuration, Path scratch)
            throws IOException {
        return new OpenPart(index, write, write.newWriter(configuration, scratch, CORES));
    }

    <T> void add(T row, RowAdapter<T> adapter) throws IOException {
        rows++;
        bytes += ROW_BYTES;
        if (adapter.operation(row) == RowOperation.DELETE) {
            writer.delete(adapter.id(row));
            return;
        }
        VectorSource vector = adapter.vector(row);
        bytes += vector == null ? 0 : (long) vector.size() * Float.BYTES;
        if (adapter.idType() == IdType.STRING) {
            writer.write(adapter.key(row), vector, adapter.payload(row));
        } else {
            writer.write(adapter.id(row), vector, adapter.payload(row));
        }
    }

    /** Rows and deletions that came in. */
    long rows() {
        return rows;
    }

    /** Bytes that they take in memory until they are frozen. */
    long bytes() {
        return bytes;
    }

    /** Bytes of the segments' files, after {@link #finish}. */
    long uploadedBytes() {
        return uploadedBytes;
    }

    int openDatabases() {
        return writer.openDatabases();
    }

    ShardWriter.Times times() {
        return writer.times();
    }

    /**
     * Freezes and uploads all databases. If that fails, what was uploaded is deleted as far as possible.
     *
     * @param before the parts before this one in the same checkpoint
     */
    WrittenPart finish(List<WrittenPart> before) throws IOException {
        List<WrittenSegment> segments = writer.finish();
        uploadedBytes = segments.stream()
                .mapToLong(written -> written.segment().bytes())
                .sum();
        var part = new WrittenPart(write.planned(), segments);
        try {
            PartKeys.check(index, part, before);
        } catch (IOException | RuntimeException e) {
            writer.abort();
            throw e;
        }
        return part;
    }

    /** Deletes what {@link #finish} uploaded, as far as possible. */
    void abort() {
        writer.abort();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
