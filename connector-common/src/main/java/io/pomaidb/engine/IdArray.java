package io.pomaidb.engine;

import com.sun.jna.Pointer;
import io.pomaidb.error.DataException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Ids in off-heap memory, ascending as unsigned numbers: what a search is restricted to, or what it leaves out.
 * Unchangeable once made, so that any number of threads may search different databases with one array at the same time.
 */
public final class IdArray implements AutoCloseable {

    private static final int CHUNK = 1 << 16;

    private final long size;
    private final SharedMemory memory;

    private IdArray(long size, SharedMemory memory) {
        this.size = size;
        this.memory = memory;
    }

    /**
     * Copies an array.
     *
     * @throws DataException if it is not in ascending unsigned order; an id may repeat
     */
    public static IdArray of(long... ids) {
        return of(ids.length, sink -> {
            for (long id : ids) {
                sink.accept(id);
            }
        });
    }

    /**
     * Takes ids from a source, without an array of them on the heap.
     *
     * @param size how many ids there are
     * @param source gives its consumer exactly that many ids, ascending as unsigned numbers, before it returns
     * @throws DataException if it gives more or fewer, or an id that is below the one before
     */
    public static IdArray of(long size, Consumer<LongConsumer> source) {
        var memory = new SharedMemory("an array of ids", Math.multiplyExact(size, (long) Long.BYTES));
        IdArray made = null;
        try {
            var sink = new Sink(memory, size);
            source.accept(sink);
            sink.finish();
            made = new IdArray(size, memory);
            return made;
        } finally {
            if (made == null) {
                memory.close();
            }
        }
    }

    /** Number of ids. */
    public long size() {
        return size;
    }

    /** Whether {@code id} is among these. */
    boolean contains(Pointer acquired, long id) {
        long low = 0;
        long high = size - 1;
        while (low <= high) {
            long middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(acquired.getLong(middle * Long.BYTES), id);
            if (order == 0) {
                return true;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return false;
    }

    /** The address of the ids, which stay until {@link #release}; an {@link IllegalStateException} if closed. */
    Pointer acquire() {
        return memory.acquire();
    }

    void release() {
        memory.release();
    }

    /**
     * Frees the memory.
     *
     * @throws IllegalStateException if the array is closed already, or a search is reading it
     */
    @Override
    public void close() {
        memory.close();
    }

    /** Writes ids through a window that moves on: a buffer ends at 2 GiB, an array of ids need not. */
    private static final class Sink implements LongConsumer {
        private final SharedMemory memory;
        private final long size;
        private ByteBuffer window = ByteBuffer.allocate(0);
        private long written;
        private long last;

        Sink(SharedMemory memory, long size) {
            this.memory = memory;
            this.size = size;
        }

        @Override
        public void accept(long id) {
            if (written == size) {
                throw wrongCount("more");
            }
            if (written > 0 && Long.compareUnsigned(id, last) < 0) {
                throw new DataException("Cannot make an array of ids: id " + Long.toUnsignedString(id)
                        + " stands behind " + Long.toUnsignedString(last) + " (accepted: ascending unsigned order)");
            }
            if (!window.hasRemaining()) {
                long bytes = Math.min(CHUNK, size - written) * Long.BYTES;
                window = memory.memory().getByteBuffer(written * Long.BYTES, bytes);
            }
            window.putLong(id);
            written++;
            last = id;
        }

        void finish() {
            if (written < size) {
                throw wrongCount("only " + written);
            }
        }

        private DataException wrongCount(String given) {
            return new DataException("Cannot make an array of " + size + " ids: " + given + " were given");
        }
    }
}
