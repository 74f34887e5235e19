package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.pomaidb.error.DataException;
import java.nio.FloatBuffer;

/**
 * Query vectors in off-heap memory, row after row. Unchangeable once made, so that any number of threads may search
 * different databases with one batch at the same time.
 */
public final class QueryBatch implements AutoCloseable {

    private final int dim;
    private final int size;
    private final Memory rows;
    private int searches;
    private boolean closed;

    /** Copies the rows of an array. As {@link #QueryBatch(int, FloatBuffer)}. */
    public QueryBatch(int dim, float[] rows) {
        this(dim, FloatBuffer.wrap(rows));
    }

    /**
     * Copies the rows that remain in a buffer, whose position does not move.
     *
     * @throws DataException if that is not a whole number of rows of {@code dim} components, or {@code dim} is below 1
     */
    public QueryBatch(int dim, FloatBuffer rows) {
        var floats = rows.remaining();
        if (dim < 1 || floats % dim != 0) {
            throw new DataException("Cannot make a batch of queries of dim " + dim + ": there are " + floats
                    + " components (accepted: a dim of 1 or more, and whole rows)");
        }
        this.dim = dim;
        this.size = floats / dim;
        // One byte where there is no query: memory of no bytes cannot be had.
        this.rows = OffHeap.zeroed(Math.max(1, (long) floats * Float.BYTES));
        for (var row = 0; row < size; row++) {
            this.rows
                    .getByteBuffer((long) row * dim * Float.BYTES, (long) dim * Float.BYTES)
                    .asFloatBuffer()
                    .put(rows.slice(rows.position() + row * dim, dim));
        }
    }

    public int dim() {
        return dim;
    }

    public int size() {
        return size;
    }

    /** The address of the rows, which stay until {@link #release}; an {@link IllegalStateException} if closed. */
    synchronized Pointer acquire() {
        if (closed) {
            throw new IllegalStateException("Cannot use a batch of queries: it is closed");
        }
        searches++;
        return rows;
    }

    synchronized void release() {
        searches--;
    }

    /**
     * Frees the memory.
     *
     * @throws IllegalStateException if the batch is closed already, or a search is reading it
     */
    @Override
    public synchronized void close() {
        if (closed || searches > 0) {
            throw new IllegalStateException("Cannot close a batch of queries: "
                    + (closed ? "it is closed already" : searches + " searches are reading it"));
        }
        closed = true;
        rows.close();
    }
}
