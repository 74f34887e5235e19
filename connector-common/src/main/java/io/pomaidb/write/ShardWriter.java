package io.pomaidb.write;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.error.DataException;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.SegmentPublisher;
import io.pomaidb.index.WriteId;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.payload.PayloadSchema;
import io.pomaidb.payload.PayloadValues;
import io.pomaidb.vector.VectorReader;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Builds the segments of one task attempt: one native database for each shard that its rows belong to, in scratch files
 * of its own. Of rows with the same id the last one written wins. For one thread. {@link #close} frees native memory and
 * deletes the scratch files, whatever happened before; nothing of a writer is visible to readers until its segments are
 * committed.
 */
public final class ShardWriter implements AutoCloseable {
    private static final int BATCH_BYTES = 4 << 20;
    private static final int FEW_SHARDS = 8;

    private final SegmentPublisher publisher;
    private final IndexParameters parameters;
    private final PomaiOptions options;
    private final int threads;
    private final Path scratch;
    private final RowRouter router;
    private final ShardPayloads payloads;
    private final Map<Integer, ShardBuild> builds = new TreeMap<>();
    private final List<WrittenSegment> published = new ArrayList<>();
    private VectorReader reader;
    private int dim;
    private int openDatabases;
    private Times times = new Times(0, 0);
    private boolean finished;

    /**
     * A writer.
     *
     * @param router says which shard a row belongs to
     * @param payload what rows have besides id and vector
     * @param keys holds their keys against the index's
     */
    ShardWriter(
            SegmentPublisher publisher,
            IndexParameters parameters,
            PomaiOptions options,
            int threads,
            Path scratch,
            RowRouter router,
            PayloadSchema payload,
            KeyCheck keys) {
        this.publisher = publisher;
        this.parameters = parameters;
        this.options = options;
        this.threads = threads;
        this.scratch = scratch.resolve("pomaidb-write-" + UUID.randomUUID());
        this.router = router;
        this.payloads = new ShardPayloads(payload, this.scratch, keys);
        if (parameters.dim() > 0) {
            useDim(parameters.dim());
        }
    }

    /**
     * A writer of rows that the index has already, into other segments of the same or another layout. They replace nothing.
     *
     * @param write whose segments these are
     * @param parameters layout of the new segments
     * @param threads native threads to build with
     * @param scratch as {@link IndexWrite#newWriter} has it
     */
    public static ShardWriter ofStoredRows(
            PomaiIndex index,
            WriteId write,
            IndexParameters parameters,
            PomaiOptions options,
            int threads,
            Path scratch)
            throws IOException {
        RowRouter router =
                RowRouter.ofStoredRows(parameters, index.centroids(parameters).orElse(null));
        var publisher = new SegmentPublisher(index, write);
        PayloadSchema payload = parameters.schema().payloadSchema();
        return new ShardWriter(publisher, parameters, options, threads, scratch, router, payload, KeyCheck.none());
    }

    private void useDim(int known) {
        dim = known;
        reader = VectorReader.ofRows(parameters.schema().vectorColumn(), known, router.metric());
    }

    /**
     * Adds a row without payload: all payload columns are null.
     *
     * @throws DataException as {@link #write(long, VectorSource, PayloadValues)} does
     */
    public void write(long id, VectorSource vector) throws IOException {
        write(id, vector, null);
    }

    /**
     * Adds a row.
     *
     * @param vector read before this returns; null for a row without a vector, which is an error
     * @param payload the columns that the write was planned with, in that order, read before this returns; null where all
     *     are null
     * @throws DataException if the vector is null, has another dimension, or has a component that is null, NaN or
     *     infinite, or a payload value does not fit its type; the writer can then only be closed
     * @throws io.pomaidb.engine.PomaiException if the engine fails
     * @throws IOException if scratch files cannot be written
     */
    public void write(long id, VectorSource vector, PayloadValues payload) throws IOException {
        writeRow(id, vector, null, payload, false);
    }

    /**
     * Adds a row of an index whose ids are strings.
     *
     * @param key in UTF-8, not changed any more; null for a row without a key, which is an error
     * @throws DataException as {@link #write(long, VectorSource, PayloadValues)} does, and if the key is null; where two
     *     keys have the same hash, {@link #finish} throws it
     */
    public void write(byte[] key, VectorSource vector, PayloadValues payload) throws IOException {
        if (key == null) {
            throw new DataException("Cannot write a row: its key in column "
                    + parameters.schema().idColumn() + " is null (accepted: rows with a key)");
        }
        long id = KeyHash.idOf(key);
        writeRow(id, vector, key, payload, false);
    }

    /**
     * Adds a row that another segment had.
     *
     * @param stored all that its payload file has of it, see {@link io.pomaidb.payload.PayloadSchema#stored}
     */
    public void writeStored(long id, VectorSource vector, PayloadValues stored) throws IOException {
        writeRow(id, vector, null, stored, true);
    }

    private void writeRow(long id, VectorSource vector, byte[] key, PayloadValues payload, boolean stored)
            throws IOException {
        if (finished) {
            throw new IllegalStateException("Cannot write row " + id + ": the writer is finished");
        }
        if (vector == null) {
            throw new DataException("Cannot write row " + id + ": its vector in column "
                    + parameters.schema().vectorColumn() + " is null (accepted: rows with a vector)");
        }
        if (reader == null) {
            useDim(inferred(id, vector));
        }
        boolean added = false;
        try {
            VectorSource routed = router.route(id, vector, this::takeBack);
            ShardBuild build = build(router.shard());
            if (!build.isOpen()) {
                build.open(databaseOptions(), id, batchBytes());
                openDatabases++;
            }
            build.add(id, routed, reader);
            if (stored) {
                payloads.addStored(router.shard(), id, payload);
            } else {
                payloads.add(router.shard(), id, key, payload);
            }
            added = true;
        } finally {
            // A row that was refused halfway stands in the batch: it must not be published.
            finished = !added;
        }
    }

    /**
     * Deletes a row: what older segments have of the id, and what was written here before. What is written later stays.
     *
     * @throws io.pomaidb.engine.PomaiException if the engine fails; the writer can then only be closed
     */
    public void delete(long id) throws IOException {
        if (finished) {
            throw new IllegalStateException("Cannot delete row " + id + ": the writer is finished");
        }
        boolean deleted = false;
        try {
            router.forget(id, this::takeBack);
            int shard = router.shardOfDeletion(id);
            build(shard).delete(id);
            payloads.remove(shard, id);
            deleted = true;
        } finally {
            finished = !deleted;
        }
    }

    private void takeBack(int shard, long id) throws IOException {
        build(shard).remove(id);
        payloads.remove(shard, id);
    }

    private int inferred(long id, VectorSource vector) {
        if (vector.size() == 0 || vector.size() > IndexParameters.MAX_DIM) {
            throw new DataException("Cannot write row " + id + ": its vector in column "
                    + parameters.schema().vectorColumn() + " has " + vector.size() + " components (accepted: 1 to "
                    + IndexParameters.MAX_DIM + "; option " + PomaiOption.DIM.optionName() + " sets how many)");
        }
        return vector.size();
    }

    private ShardBuild build(int shard) {
        return builds.computeIfAbsent(shard, s -> new ShardBuild(scratch.resolve("shard-" + s), s));
    }

    private DatabaseOptions databaseOptions() {
        return parameters
                .withDim(dim)
                .databaseOptions()
                .searchThreads(threads)
                .fsync(options.fsync())
                .memoryBudgetBytes(options.memoryBudgetBytes())
                .build();
    }

    /** Rows that come by shard meet one database at a time; where they do not, many shards must not mean much memory. */
    private int batchBytes() {
        return builds.size() <= FEW_SHARDS ? BATCH_BYTES : BATCH_BYTES / 16;
    }

    /**
     * Freezes and uploads what was written, shard by shard. If that fails, what was uploaded is deleted as far as possible.
     *
     * @return one segment for each shard that got rows or deletions
     */
    public List<WrittenSegment> finish() throws IOException {
        if (finished) {
            throw new IllegalStateException("Cannot finish a write: the writer is finished");
        }
        try {
            for (int shard : shards()) {
                freeze(shard);
                publish(shard);
            }
        } catch (IOException | RuntimeException e) {
            abort();
            throw e;
        }
        return List.copyOf(published);
    }

    /** The shards that got rows or deletions; no more rows can be added. */
    public List<Integer> shards() {
        finished = true;
        return List.copyOf(builds.keySet());
    }

    /**
     * The first half of {@link #finish} for one of {@link #shards}: freezes its database and frees its memory. For one
     * thread at a time.
     */
    public void freeze(int shard) throws IOException {
        ShardBuild build = builds.get(shard);
        build.replace(router.replaced(shard));
        build.freeze(payloads);
    }

    /**
     * The second half of {@link #finish} for one of {@link #shards} that is frozen: uploads it. May run while another thread
     * freezes other shards. Where a half fails, {@link #abort} is the caller's to call.
     *
     * @return empty if there is nothing to commit
     */
    public Optional<WrittenSegment> publish(int shard) throws IOException {
        ShardBuild build = builds.get(shard);
        Optional<WrittenSegment> segment = build.publish(publisher);
        segment.ifPresent(published::add);
        times = build.plus(times);
        return segment;
    }

    /**
     * How long parts of {@link #finish} took.
     *
     * @param freezeNanos building and writing the native segments
     * @param uploadNanos payload files and uploads
     */
    public record Times(long freezeNanos, long uploadNanos) {}

    /** How long parts of {@link #finish} took so far. */
    public Times times() {
        return times;
    }

    /** The native memory, in bytes, that the rows written so far take until {@link #finish} has published them, roughly. */
    public long nativeBytes() {
        return builds.values().stream().mapToLong(ShardBuild::nativeBytes).sum();
    }

    /**
     * Freezes rows, those of the largest database first, until the rest takes at most so much native memory. What was frozen
     * is searched apart from what comes later, until the segment is compacted.
     *
     * @param bytes as {@link #nativeBytes} counts them
     * @throws io.pomaidb.engine.PomaiException if the engine fails; the writer can then only be closed
     */
    public void freezeDownTo(long bytes) {
        long held = nativeBytes();
        while (held > bytes) {
            ShardBuild largest = Collections.max(builds.values(), Comparator.comparingLong(ShardBuild::nativeBytes));
            held -= largest.nativeBytes();
            largest.freeze();
        }
    }

    /** Native databases that got rows. */
    public int openDatabases() {
        return openDatabases;
    }

    /** Deletes what {@link #finish} uploaded, as far as possible, for a task whose segments will not be committed. */
    public void abort() {
        finished = true;
        for (WrittenSegment segment : published) {
            publisher.delete(segment.segment());
        }
        published.clear();
    }

    /** Frees native memory and deletes the scratch files. What was uploaded stays. A second call does nothing. */
    @Override
    public void close() throws IOException {
        finished = true;
        RuntimeException failure = null;
        for (ShardBuild build : builds.values()) {
            try {
                build.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        builds.clear();
        try {
            payloads.close();
        } finally {
            if (Files.exists(scratch)) {
                LocalDirectories.delete(scratch);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
