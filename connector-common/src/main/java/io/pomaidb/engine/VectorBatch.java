package io.pomaidb.engine;

import com.sun.jna.Pointer;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Rows on their way into a native database: ids and vectors in off-heap memory, filled once and reused for batch after
 * batch. A row's components go straight from the caller's row to where the engine reads them.
 *
 * <p>For one thread at a time. A closed batch refuses every call; a {@link #vectors} view that is still held then writes
 * to memory nobody reads, which the garbage collector frees with the view.
 */
public final class VectorBatch implements AutoCloseable {

    private final int dim;
    private final int capacity;

    /** The array of upsert structs, whose vector pointers never change. Null once closed. */
    private ByteBuffer upserts;

    private FloatBuffer vectors;

    /** A double a row; null until a row has a scale. */
    private ByteBuffer scales;

    private int size;

    /**
     * A batch with room for {@code capacity} vectors of {@code dim} components.
     *
     * @throws ConfigurationException if either is below 1 or the vectors take more than 2 GiB
     */
    public VectorBatch(int dim, int capacity) {
        var bytes = (long) dim * capacity * Float.BYTES;
        var structBytes = (long) capacity * UpsertStruct.SIZE;
        if (dim < 1 || capacity < 1 || Math.max(bytes, structBytes) > Integer.MAX_VALUE) {
            throw new ConfigurationException("Cannot make a batch of " + capacity + " vectors of dim " + dim
                    + " (accepted: 1 or more of each, up to 2 GiB together)");
        }
        this.dim = dim;
        this.capacity = capacity;
        // The vectors' buffer must not die before the structs that point into it: both live as long as this object.
        var vectorBytes = OffHeap.buffer((int) bytes);
        vectors = vectorBytes.asFloatBuffer();
        upserts = OffHeap.buffer((int) structBytes);
        UpsertStruct.fill(upserts, OffHeap.address(vectorBytes), dim, capacity);
    }

    /**
     * Appends a row and returns the index in {@link #vectors} of its first component. The caller then sets all
     * {@code dim} of them: until it does, the row has what the buffer held before.
     *
     * @throws IllegalStateException if the batch is full or closed
     */
    public int add(long id) {
        requireOpen();
        if (size == capacity) {
            throw new IllegalStateException("Cannot add a row to a batch: it is full at " + capacity + " rows");
        }
        UpsertStruct.setId(upserts, size, id);
        if (scales != null) {
            UpsertStruct.setMetadata(upserts, size, 0, 0);
        }
        return size++ * dim;
    }

    /**
     * Says what the vector that was added last was divided by before; 1 where nothing is said. The engine keeps it as the row's
     * metadata.
     *
     * @throws IllegalStateException if there is no row, or the batch is closed
     */
    public void setScale(double scale) {
        requireOpen();
        if (size == 0) {
            throw new IllegalStateException("Cannot set the scale of a row in a batch: it has no rows");
        }
        if (scale == 1) {
            return;
        }
        if (scales == null) {
            scales = OffHeap.buffer(Math.multiplyExact(capacity, Double.BYTES));
        }
        int at = (size - 1) * Double.BYTES;
        scales.putDouble(at, scale);
        long address = Pointer.nativeValue(OffHeap.address(scales)) + at;
        UpsertStruct.setMetadata(upserts, size - 1, address, Double.BYTES);
    }

    /**
     * Appends a row with its vector, which is copied.
     *
     * @throws DataException if the vector has another dimension
     * @throws IllegalStateException if the batch is full or closed
     */
    public void add(long id, float[] vector) {
        if (vector.length != dim) {
            throw new DataException("Cannot add row " + id + " to a batch: its vector has " + vector.length
                    + " components (accepted: " + dim + ")");
        }
        vectors().put(add(id), vector);
    }

    /** All vectors row after row, for absolute puts; the same view every time. */
    public FloatBuffer vectors() {
        requireOpen();
        return vectors;
    }

    /** The id of a row that was added. */
    public long id(int row) {
        requireOpen();
        return UpsertStruct.id(upserts, Objects.checkIndex(row, size));
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    public int dim() {
        return dim;
    }

    public boolean isFull() {
        return size == capacity;
    }

    /** Forgets the rows and keeps the memory. */
    public void clear() {
        requireOpen();
        size = 0;
    }

    /**
     * Gives the memory up.
     *
     * @throws IllegalStateException if the batch is closed already
     */
    @Override
    public void close() {
        requireOpen();
        size = 0;
        upserts = null;
        vectors = null;
        scales = null;
    }

    /** What the engine reads. Its holder keeps the memory alive, also when another thread closes this batch. */
    Rows rows() {
        var held = new Rows(upserts, vectors, scales, size);
        if (held.upserts == null || held.vectors == null) {
            throw closed();
        }
        return held;
    }

    private void requireOpen() {
        if (upserts == null) {
            throw closed();
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("Cannot use a batch of vectors: it is closed");
    }

    /** The memory of a batch: {@code size} structs that point into {@code vectors} and, if it is there, {@code scales}. */
    record Rows(ByteBuffer upserts, FloatBuffer vectors, ByteBuffer scales, int size) {

        Pointer structs() {
            return OffHeap.address(upserts);
        }
    }
}
