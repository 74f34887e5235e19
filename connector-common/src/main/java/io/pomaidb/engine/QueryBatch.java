package io.pomaidb.engine;

import com.sun.jna.Pointer;
import io.pomaidb.error.DataException;
import java.nio.FloatBuffer;

/**
 * Query vectors in off-heap memory, row after row. Unchangeable once made, so that any number of threads may search
 * different databases with one batch at the same time.
 */
public final class QueryBatch implements AutoCloseable {

    private static final int MOST_FLOATS = 1 << 28;

    private final int dim;
    private final int size;
    private final SharedMemory rows;

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
        this.rows = new SharedMemory("a batch of queries", (long) floats * Float.BYTES);
        // A buffer of Java has no more than 2^31 bytes, and to make one for each row takes longer than to copy the row.
        var memory = this.rows.memory();
        for (var from = 0L; from < floats; from += MOST_FLOATS) {
            var count = (int) Math.min(MOST_FLOATS, floats - from);
            memory.getByteBuffer(from * Float.BYTES, (long) count * Float.BYTES)
                    .asFloatBuffer()
                    .put(rows.slice(rows.position() + (int) from, count));
        }
    }

    public int dim() {
        return dim;
    }

    public int size() {
        return size;
    }

    /** The address of the rows, which stay until {@link #release}; an {@link IllegalStateException} if closed. */
    Pointer acquire() {
        return rows.acquire();
    }

    void release() {
        rows.release();
    }

    /**
     * Frees the memory.
     *
     * @throws IllegalStateException if the batch is closed already, or a search is reading it
     */
    @Override
    public void close() {
        rows.close();
    }
}
