package io.pomaidb.engine;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One open native database: a directory with vectors by id.
 *
 * <p>A directory has many readers or one writer: a handle reads until its first {@link #putBatch} or {@link #delete},
 * which fails while another handle has the directory open. A write is seen at once by {@link #get},
 * {@link #exists} and {@link #scan}, and by searches from the next {@link #freeze} on. What was frozen survives a crash
 * whole; what was not is gone, unless the database was opened with {@link FsyncPolicy#ALWAYS}.
 *
 * <p>One call at a time: a handle that is used by two threads at once, after {@link #close}, or closed twice throws
 * {@link IllegalStateException}, and nothing else happens. Ids are 64 bits; the engine reads a negative long as the
 * unsigned number of the same bits.
 *
 * <p>All methods throw {@link PomaiException} if the engine reports a failure.
 */
public final class PomaiDatabase implements AutoCloseable {

    private static final Cleaner CLEANER = Cleaner.create();

    /** Rows whose vectors are got in one call. */
    private static final int ROWS_AT_ONCE = 1024;

    private final PomaiLibrary library;
    private final NativeApi api;
    private final Path directory;
    private final DatabaseOptions options;
    private final DatabaseHandle handle;

    private PomaiDatabase(PomaiLibrary library, Path directory, DatabaseOptions options, DatabaseHandle handle) {
        this.library = library;
        this.api = library.api();
        this.directory = directory;
        this.options = options;
        this.handle = handle;
    }

    /** Opens or creates a database with the library of {@link PomaiLibrary#load()}. */
    public static PomaiDatabase open(Path directory, DatabaseOptions options) {
        return open(PomaiLibrary.load(), directory, options);
    }

    /**
     * Opens or creates a database.
     *
     * @throws PomaiException if the directory holds a database of another dim or metric, is damaged, or cannot be used;
     *     it is left as it was
     */
    public static PomaiDatabase open(PomaiLibrary library, Path directory, DatabaseOptions options) {
        var api = library.api();
        var attempt = "open the database " + directory;
        var out = OffHeap.zeroed(Native.POINTER_SIZE);
        DatabaseHandle handle = null;
        PomaiDatabase opened = null;
        try (var struct = new OptionsStruct(api, directory, options)) {
            api.check(api.open(struct.struct(), out), attempt);
            handle = new DatabaseHandle(api, directory, library.require(out.getPointer(0), "handle", attempt), out);
            var database = new PomaiDatabase(library, directory, options, handle);
            CLEANER.register(database, handle);
            opened = database;
            return opened;
        } finally {
            if (handle == null) {
                out.close();
            } else if (opened == null) {
                handle.close();
            }
        }
    }

    /**
     * Inserts rows, or replaces those whose id is there; of equal ids in the batch the last wins. The batch is read, not
     * kept.
     *
     * @throws DataException if the batch has another dim than the database
     */
    public void putBatch(VectorBatch batch) {
        requireDim("put a batch of vectors into", batch.dim());
        var rows = batch.rows();
        try {
            call(
                    "putBatch",
                    database -> api.putBatch(database, rows.structs(), rows.size()),
                    "put " + rows.size() + " rows into " + directory);
        } finally {
            Reference.reachabilityFence(rows);
        }
    }

    /**
     * Writes what was put since the last freeze as one immutable segment, its index included. If it fails, the database
     * is as before it.
     */
    public void freeze() {
        call("freeze", api::freeze, "freeze " + directory);
    }

    /**
     * Has this handle force nothing to the disk from now on, for a directory whose files are copied elsewhere when they
     * are frozen. A crash of the process costs no frozen row, a power failure may cost the whole database. Changes
     * nothing where the library cannot do so.
     *
     * @throws PomaiException if the database was opened with {@link FsyncPolicy#ALWAYS}, which promises the opposite
     */
    public void leaveUnsynced() {
        if (api.hasLeaveUnsynced()) {
            call("leaveUnsynced", api::leaveUnsynced, "leave " + directory + " unsynced");
        }
    }

    /** As {@link #searchBatch(QueryBatch, int, SearchParams)}, as the database was opened and over all rows. */
    public SearchHits searchBatch(QueryBatch queries, int topK) {
        return searchBatch(queries, topK, SearchParams.DEFAULTS);
    }

    /**
     * The best {@code topK} rows for each query that {@code params} let through, or all where there are fewer.
     *
     * @throws ConfigurationException if {@code topK} is below 1
     * @throws DataException if the queries have another dim than the database
     * @throws IllegalStateException if the queries or the ids of {@code params} are closed
     */
    public SearchHits searchBatch(QueryBatch queries, int topK, SearchParams params) {
        if (topK < 1) {
            throw new ConfigurationException(
                    "Cannot search " + directory + " for the top " + topK + " (accepted: a top_k of 1 or more)");
        }
        requireDim("search with a batch of queries", queries.dim());
        var attempt = "search " + directory + " with " + queries.size() + " queries";
        var vectors = queries.acquire();
        try {
            return use(
                    "searchBatch", database -> new BatchSearch(library, database, handle.out(), options.dim(), attempt)
                            .search(vectors, queries.size(), topK, params));
        } finally {
            queries.release();
        }
    }

    /** All rows as of now, in the engine's order. */
    public RecordScan scan() {
        return use("scan", database -> {
            var scan = ScanHandle.open(library, database, handle.out(), "scan " + directory);
            handle.add(scan);
            return new RecordScan(this, scan);
        });
    }

    /** The vector of a row; empty if there is no such row. */
    public Optional<float[]> get(long id) {
        return get(id, new double[1], 0);
    }

    private Optional<float[]> get(long id, double[] scales, int at) {
        var attempt = "get row " + Long.toUnsignedString(id) + " of " + directory;
        return use("get", database -> {
            var out = handle.out();
            try {
                api.check(api.get(database, id, out), attempt);
            } catch (PomaiException failure) {
                if (failure.statusCode() == StatusCode.NOT_FOUND) {
                    return Optional.empty();
                }
                throw failure;
            }
            var record = library.require(out.getPointer(0), "record", attempt);
            try {
                var vector = new float[options.dim()];
                RecordStruct.copyVector(record, vector, library, attempt);
                scales[at] = RecordStruct.scale(record);
                return Optional.of(vector);
            } finally {
                api.recordFree(record);
            }
        });
    }

    /**
     * The vectors of rows, in any order; null for an id that has none. One question a row where the library has no better
     * way.
     */
    public float[][] get(long[] ids) {
        var vectors = new float[ids.length][];
        if (!api.hasGetBatch()) {
            for (int i = 0; i < ids.length; i++) {
                vectors[i] = get(ids[i]).orElse(null);
            }
            return vectors;
        }
        for (int from = 0; from < ids.length; from += ROWS_AT_ONCE) {
            get(ids, from, Math.min(ids.length, from + ROWS_AT_ONCE), vectors);
        }
        return vectors;
    }

    /**
     * As {@link #get(long[])}, one question a row, and what each vector was divided by before it was put.
     *
     * @param scales filled at the places of ids that have a row, with 1 where {@link VectorBatch#setScale} said nothing
     */
    public float[][] get(long[] ids, double[] scales) {
        var vectors = new float[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            vectors[i] = get(ids[i], scales, i).orElse(null);
        }
        return vectors;
    }

    private void get(long[] ids, int from, int to, float[][] vectors) {
        int count = to - from;
        long rowBytes = (long) options.dim() * Float.BYTES;
        long rows = (long) count * Long.BYTES;
        long flags = rows + count * rowBytes;
        try (var memory = OffHeap.zeroed(flags + count)) {
            memory.write(0, ids, from, count);
            call(
                    "get",
                    database -> api.getBatch(database, memory, count, memory.share(rows), memory.share(flags)),
                    "get " + count + " rows of " + directory);
            byte[] exists = memory.getByteArray(flags, count);
            for (int i = 0; i < count; i++) {
                if (exists[i] != 0) {
                    vectors[from + i] = memory.getFloatArray(rows + i * rowBytes, options.dim());
                }
            }
        }
    }

    /** Whether there is a row of this id. */
    public boolean exists(long id) {
        return use("exists", database -> {
            var out = handle.out();
            var status = api.exists(database, id, out);
            if (status != null) {
                api.check(status, "look row " + Long.toUnsignedString(id) + " up in " + directory);
            }
            return out.getByte(0) != 0;
        });
    }

    /**
     * Whether there are rows of these ids, in any order: one question a row where the library has no better way. Ids in
     * ascending unsigned order are answered faster.
     */
    public boolean[] exists(long[] ids) {
        var answers = new boolean[ids.length];
        if (!api.hasExistsBatch()) {
            for (int i = 0; i < ids.length; i++) {
                answers[i] = exists(ids[i]);
            }
        } else if (ids.length > 0) {
            try (var words = OffHeap.zeroed((long) ids.length * Long.BYTES);
                    var bytes = OffHeap.zeroed(ids.length)) {
                words.write(0, ids, 0, ids.length);
                call(
                        "exists",
                        database -> api.existsBatch(database, words, ids.length, bytes),
                        "look " + ids.length + " rows up in " + directory);
                var flags = bytes.getByteArray(0, ids.length);
                for (int i = 0; i < ids.length; i++) {
                    answers[i] = flags[i] != 0;
                }
            }
        }
        return answers;
    }

    /** Removes a row; searches find it until the next {@link #freeze}. That there is none is no error. */
    public void delete(long id) {
        try {
            call(
                    "delete",
                    database -> api.delete(database, id),
                    "delete row " + Long.toUnsignedString(id) + " of " + directory);
        } catch (PomaiException failure) {
            if (failure.statusCode() != StatusCode.NOT_FOUND) {
                throw failure;
            }
        }
    }

    /** The directory this database was opened on. */
    public Path directory() {
        return directory;
    }

    /** The options this database was opened with. */
    public DatabaseOptions options() {
        return options;
    }

    /** The library this database runs in. */
    public PomaiLibrary library() {
        return library;
    }

    /**
     * Frees the native database and the scans still open on it. What was not frozen is dropped.
     *
     * @throws IllegalStateException if the database is closed already, or another thread is in a call
     */
    @Override
    public void close() {
        try {
            handle.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    DatabaseHandle handle() {
        return handle;
    }

    /** Runs {@code body} alone on the native handle, and keeps the cleaner off this object meanwhile. */
    <T> T use(String operation, java.util.function.Function<Pointer, T> body) {
        try {
            return handle.during(operation, body);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void call(String operation, java.util.function.Function<Pointer, Pointer> body, String attempt) {
        use(operation, database -> {
            api.check(body.apply(database), attempt);
            return true;
        });
    }

    private void requireDim(String what, int dim) {
        if (dim != options.dim()) {
            throw new DataException("Cannot " + what + " the database " + directory + ": the batch has dim " + dim
                    + " (accepted: " + options.dim() + ", the dim of the database)");
        }
    }
}
