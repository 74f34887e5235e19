package io.pomaidb.payload;

import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferAllocator;

/**
 * Memory for what is read of one file. A file cannot make a reader take more at once than it has bytes, whatever the sizes
 * in it say. For one thread.
 */
final class BoundedMemory implements ByteBufferAllocator {
    private final long bound;
    private long left;

    BoundedMemory(long bound) {
        this.bound = bound;
        this.left = bound;
    }

    /** Begins a new read: memory of the last one is, or soon will be, free. */
    void beginRead() {
        left = bound;
    }

    @Override
    public ByteBuffer allocate(int size) {
        if (size < 0 || size > left) {
            throw new IllegalArgumentException(
                    "Cannot read " + size + " bytes more at once (accepted: " + bound + " in all, as the file has)");
        }
        left -= size;
        return ByteBuffer.allocate(size);
    }

    @Override
    public void release(ByteBuffer buffer) {
        // The garbage collector's business, as a page may still refer to it.
    }

    @Override
    public boolean isDirect() {
        return false;
    }
}
