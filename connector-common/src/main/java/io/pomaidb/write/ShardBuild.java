package io.pomaidb.write;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.PomaiException;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.engine.StatusCode;
import io.pomaidb.engine.VectorBatch;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentPublisher;
import io.pomaidb.vector.VectorReader;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Path;

/** The native database of one shard while its rows come in. */
final class ShardBuild implements AutoCloseable {
    private static final int MAX_BATCH_ROWS = 8192;

    private final Path directory;
    private final int shard;
    private final int dim;
    private final long firstId;
    private PomaiDatabase database;
    private VectorBatch batch;
    private long rows;
    private long lastId;
    private boolean ascending = true;

    ShardBuild(Path directory, DatabaseOptions options, int shard, long firstId, int batchBytes) {
        this.directory = directory;
        this.shard = shard;
        this.dim = options.dim();
        this.firstId = firstId;
        int bytesOfRow = Math.multiplyExact(dim, Float.BYTES);
        this.batch = new VectorBatch(dim, Math.max(1, Math.min(MAX_BATCH_ROWS, batchBytes / bytesOfRow)));
        try {
            this.database = PomaiDatabase.open(directory, options);
        } catch (RuntimeException e) {
            batch.close();
            throw e;
        }
    }

    void add(long id, VectorSource vector, VectorReader reader) {
        if (batch.isFull()) {
            flush();
        }
        reader.read(id, vector, batch.vectors(), batch.add(id));
        if (rows == 0 || id > lastId) {
            rows++;
        } else if (id < lastId) {
            ascending = false;
        }
        lastId = id;
    }

    private void flush() {
        if (batch.size() == 0) {
            return;
        }
        try {
            database.putBatch(batch);
        } catch (PomaiException e) {
            if (e.statusCode() != StatusCode.RESOURCE_EXHAUSTED) {
                throw e;
            }
            // memory_budget_bytes is reached. Rows of the batch that were taken before that are put again, unchanged.
            database.freeze();
            database.putBatch(batch);
        }
        batch.clear();
    }

    /** Freezes and uploads the database, and frees its memory and scratch files for the shards still to come. */
    WrittenSegment publish(SegmentPublisher publisher) throws IOException {
        flush();
        batch.close();
        batch = null;
        database.freeze();
        // Ids in ascending order, as Spark delivers them, count themselves: duplicates stand side by side.
        long distinct = ascending ? rows : countRows();
        String engineVersion = database.library().version();
        closeDatabase();
        Segment segment = publisher.publish(directory, shard, distinct, engineVersion);
        LocalDirectories.delete(directory);
        return new WrittenSegment(segment, dim, firstId);
    }

    private long countRows() {
        long count = 0;
        try (RecordScan scan = database.scan()) {
            while (scan.next()) {
                count++;
            }
        }
        return count;
    }

    private void closeDatabase() {
        PomaiDatabase closing = database;
        database = null;
        closing.close();
    }

    @Override
    public void close() {
        if (batch != null) {
            batch.close();
            batch = null;
        }
        if (database != null) {
            closeDatabase();
        }
    }
}
