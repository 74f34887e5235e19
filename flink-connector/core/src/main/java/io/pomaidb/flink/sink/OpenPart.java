package io.pomaidb.flink.sink;

import io.pomaidb.index.IdType;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.hadoop.conf.Configuration;

/**
 * The native databases that a subtask is filling, freezing or uploading: one for each shard that it has rows of. For one
 * thread at a time, but for one that uploads what another has frozen.
 */
final class OpenPart implements AutoCloseable {
    /** A task of Flink has one core. */
    private static final int CORES = 1;

    /** What a row takes besides its vector. */
    private static final int ROW_BYTES = 32;

    private final IndexWrite write;
    private final ShardWriter writer;

    /** Shards that are frozen; an empty one is the end. */
    private final BlockingQueue<OptionalInt> frozen = new LinkedBlockingQueue<>();

    private volatile boolean unwanted;
    private long rows;
    private long bytes;
    private long uploadedBytes;

    private OpenPart(IndexWrite write, ShardWriter writer) {
        this.write = write;
        this.writer = writer;
    }

    static OpenPart open(IndexWrite write, Configuration configuration, Path scratch) throws IOException {
        return new OpenPart(write, write.newWriter(configuration, scratch, CORES));
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

    /** Bytes of the segments' files, after {@link #upload}. */
    long uploadedBytes() {
        return uploadedBytes;
    }

    int openDatabases() {
        return writer.openDatabases();
    }

    ShardWriter.Times times() {
        return writer.times();
    }

    /** Freezes all databases, so that they take no memory any more, and has {@link #upload} begin with those that are. */
    void freeze() throws IOException {
        try {
            for (int shard : writer.shards()) {
                if (unwanted) {
                    return;
                }
                writer.freeze(shard);
                frozen.add(OptionalInt.of(shard));
            }
        } finally {
            frozen.add(OptionalInt.empty());
        }
    }

    /**
     * Uploads databases as {@link #freeze}, in another thread, has done with them.
     *
     * @return what the committer gets, of which segments are missing if the freeze failed; empty if nobody wants it any more
     */
    Optional<WrittenPart> upload() throws IOException, InterruptedException {
        var segments = new ArrayList<WrittenSegment>();
        for (OptionalInt shard = frozen.take(); shard.isPresent(); shard = frozen.take()) {
            if (!unwanted) {
                writer.publish(shard.getAsInt()).ifPresent(segments::add);
            }
        }
        uploadedBytes = segments.stream()
                .mapToLong(written -> written.segment().bytes())
                .sum();
        return unwanted ? Optional.empty() : Optional.of(new WrittenPart(write.planned(), segments));
    }

    /** Has the other threads stop after the database that they are at. */
    void giveUp() {
        unwanted = true;
    }

    /** Deletes what {@link #upload} uploaded, as far as possible. */
    void abort() {
        writer.abort();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
