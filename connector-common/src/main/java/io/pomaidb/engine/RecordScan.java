package io.pomaidb.engine;

import com.sun.jna.Memory;
import io.pomaidb.error.DataException;

/**
 * The rows of a database as of when the scan began, one after the other. For one thread; each step counts as a call on
 * the database, and so do its errors: after the database is closed, {@link #next} throws {@link IllegalStateException}.
 */
public final class RecordScan implements AutoCloseable {

    private final PomaiDatabase database;
    private final ScanHandle scan;
    private final String attempt;
    private final float[] vector;
    private boolean started;
    private boolean onRow;
    private boolean closed;
    private long id;
    private double scale;

    RecordScan(PomaiDatabase database, ScanHandle scan) {
        this.database = database;
        this.scan = scan;
        attempt = "scan " + database.directory();
        vector = new float[database.options().dim()];
    }

    /** Steps to the next row; false at the end. */
    public boolean next() {
        requireOpen();
        onRow = false;
        onRow = database.use("scan", ignored -> step(scan.view()));
        return onRow;
    }

    private boolean step(Memory view) {
        var library = database.library();
        var api = library.api();
        while (true) {
            if (started) {
                api.iterNext(scan.iterator());
            }
            started = true;
            if (!api.iterValid(scan.iterator())) {
                // An iterator that met an unreadable row is not valid either.
                api.check(api.iterStatus(scan.iterator()), attempt);
                return false;
            }
            api.check(api.iterGetRecord(scan.iterator(), view), attempt);
            if (!RecordStruct.isDeleted(view)) {
                id = RecordStruct.id(view);
                scale = RecordStruct.scale(view);
                RecordStruct.copyVector(view, vector, library, attempt);
                return true;
            }
        }
    }

    /** The id of the current row. */
    public long id() {
        requireRow();
        return id;
    }

    /** What the current row's vector was divided by before it was put; 1 where {@link VectorBatch#setScale} said nothing. */
    public double scale() {
        requireRow();
        return scale;
    }

    /** Components of every row's vector. */
    public int dim() {
        return vector.length;
    }

    /** One component of the current row's vector. */
    public float component(int i) {
        requireRow();
        return vector[i];
    }

    /**
     * Copies the current row's vector.
     *
     * @throws DataException if {@code target} has another length than the database's dim
     */
    public void copyVector(float[] target) {
        requireRow();
        if (target.length != vector.length) {
            throw new DataException("Cannot " + attempt + " into an array of " + target.length
                    + " components (accepted: " + vector.length + ")");
        }
        System.arraycopy(vector, 0, target, 0, vector.length);
    }

    /**
     * Frees the native scan; nothing is left to do where closing the database did so.
     *
     * @throws IllegalStateException if the scan is closed already, or another thread is in a call on the database
     */
    @Override
    public void close() {
        requireOpen();
        if (!database.handle().isClosed()) {
            database.use("close the scan of", ignored -> {
                database.handle().end(scan);
                return true;
            });
        }
        closed = true;
        onRow = false;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("Cannot " + attempt + ": the scan is closed");
        }
    }

    private void requireRow() {
        if (!onRow) {
            throw new IllegalStateException("Cannot read a row in a scan of " + database.directory()
                    + ": there is no current row (accepted: after next() returned true)");
        }
    }
}
