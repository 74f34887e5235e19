package io.pomaidb.write;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.FsyncPolicy;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.PomaiException;
import io.pomaidb.engine.StatusCode;
import io.pomaidb.engine.VectorBatch;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentPublisher;
import io.pomaidb.vector.VectorReader;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** What a write does to one shard while its rows come in: a native database with the rows, and the ids it deletes. */
final class ShardBuild implements AutoCloseable {
    private static final int MAX_BATCH_ROWS = 8192;
    private static final int BYTES_BESIDE_VECTOR = 64;

    private final Path directory;
    private final int shard;
    private final Roaring64Bitmap deleted = new Roaring64Bitmap();

    /** Both null until the first row comes: ids can be deleted without one. */
    private PomaiDatabase database;

    private VectorBatch batch;
    private int dim;
    private long firstId;
    private final RowCount count = new RowCount();
    /** Rows that are not frozen yet, those of the batch included. */
    private long added;

    private long bytesOfRow;
    private long mostBytes;
    private String engineVersion = "";
    private long freezeNanos;
    private long payloadNanos;
    private long uploadNanos;

    ShardBuild(Path directory, int shard) {
        this.directory = directory;
        this.shard = shard;
    }

    /** Whether rows can be added. */
    boolean isOpen() {
        return database != null;
    }

    /** The native memory that the rows take until they are published, roughly: themselves, and their graph's making. */
    long nativeBytes() {
        return database == null ? 0 : Math.min(mostBytes, added * bytesOfRow);
    }

    /** Makes the database for the first row. */
    void open(DatabaseOptions options, long idOfFirst, int batchBytes) throws IOException {
        LocalDirectories.createPrivate(directory);
        dim = options.dim();
        firstId = idOfFirst;
        int bytesOfVector = Math.multiplyExact(dim, Float.BYTES);
        bytesOfRow = bytesOfVector + bytesOfVector / 2 + 12L * options.hnswM() + BYTES_BESIDE_VECTOR;
        mostBytes = options.memoryBudgetBytes() == 0 ? Long.MAX_VALUE : options.memoryBudgetBytes();
        batch = new VectorBatch(dim, Math.max(1, Math.min(MAX_BATCH_ROWS, batchBytes / bytesOfVector)));
        try {
            database = PomaiDatabase.open(directory, options);
            if (options.fsync() == FsyncPolicy.NEVER) {
                database.leaveUnsynced(); // the publisher makes durable what it uploads or links
            }
        } catch (RuntimeException e) {
            closeBatch();
            throw e;
        }
    }

    void add(long id, VectorSource vector, VectorReader reader) {
        if (batch.isFull()) {
            flush();
        }
        batch.setScale(reader.read(id, vector, batch.vectors(), batch.add(id)));
        added++;
        count.add(id);
    }

    /** Deletes an id from older segments, and the row of it that came in before. */
    void delete(long id) {
        deleted.addLong(id);
        remove(id);
    }

    /** Has older segments' rows of these ids replaced, whatever shard they are in. */
    void replace(Roaring64Bitmap ids) {
        deleted.or(ids);
    }

    /** Takes back a row that came in before. */
    void remove(long id) {
        if (database != null) {
            flush();
            count.remove(id, database);
            database.delete(id);
        }
    }

    private void flush() {
        if (batch.size() == 0) {
            return;
        }
        count.put(batch, database);
        try {
            database.putBatch(batch);
        } catch (PomaiException e) {
            if (e.statusCode() != StatusCode.RESOURCE_EXHAUSTED) {
                throw e;
            }
            // memory_budget_bytes is reached. Rows of the batch that were taken before that are put again, unchanged.
            database.freeze();
            added = batch.size();
            database.putBatch(batch);
        }
        batch.clear();
    }

    /** Freezes the rows that came in so far, which frees their memory; those to come are another part of the segment. */
    void freeze() {
        flush();
        database.freeze();
        added = 0;
    }

    /**
     * Freezes the database and frees its memory; what is left are files.
     *
     * @param payloads writes the rows' payload beside the database
     */
    void freeze(ShardPayloads payloads) throws IOException {
        long start = System.nanoTime();
        if (database != null) {
            flush();
            closeBatch();
            LongStep step = LongStep.begin("Freezing " + added + " rows of shard " + shard);
            try {
                database.freeze();
            } finally {
                step.close();
            }
            engineVersion = database.library().version();
            closeDatabase();
        }
        freezeNanos = System.nanoTime() - start;
        if (count.rows() > 0) {
            payloads.write(shard, directory, count.rows());
        }
        payloadNanos = System.nanoTime() - start - freezeNanos;
    }

    /**
     * Uploads what was frozen and deletes the files. May run in another thread than the freeze that came before.
     *
     * @return empty if there is nothing to commit
     */
    Optional<WrittenSegment> publish(SegmentPublisher publisher) throws IOException {
        long start = System.nanoTime();
        Segment segment;
        if (count.rows() > 0) {
            LongStep step = LongStep.begin("Uploading a segment of " + count.rows() + " rows of shard " + shard);
            try {
                segment = publisher.publish(directory, shard, count.rows(), engineVersion, deleted);
            } finally {
                step.close();
            }
        } else if (!deleted.isEmpty()) {
            segment = publisher.publishTombstones(shard, deleted);
        } else {
            segment = null;
        }
        LocalDirectories.delete(directory);
        uploadNanos = payloadNanos + System.nanoTime() - start;
        return Optional.ofNullable(segment).map(published -> new WrittenSegment(published, dim, firstId));
    }

    /** {@code times} and how long {@link #publish} took. */
    ShardWriter.Times plus(ShardWriter.Times times) {
        return new ShardWriter.Times(times.freezeNanos() + freezeNanos, times.uploadNanos() + uploadNanos);
    }

    private void closeBatch() {
        VectorBatch closing = batch;
        batch = null;
        closing.close();
    }

    private void closeDatabase() {
        PomaiDatabase closing = database;
        database = null;
        closing.close();
    }

    @Override
    public void close() {
        if (batch != null) {
            closeBatch();
        }
        if (database != null) {
            closeDatabase();
        }
    }
}
