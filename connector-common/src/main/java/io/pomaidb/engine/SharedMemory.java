package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** Off-heap memory that searches of several threads read at once, and that is not freed under any of them. */
final class SharedMemory {

    private final String what;
    private final Memory memory;
    private int searches;
    private boolean closed;

    /**
     * Zeroed memory of {@code bytes} bytes, and of one where that is none: memory of no bytes cannot be had.
     *
     * @param what what errors call it
     */
    SharedMemory(String what, long bytes) {
        this.what = what;
        memory = OffHeap.zeroed(Math.max(1, bytes));
    }

    /** The memory, to be filled before anybody else has it. */
    Memory memory() {
        return memory;
    }

    /** The address of the memory, which stays until {@link #release}; an {@link IllegalStateException} if closed. */
    synchronized Pointer acquire() {
        if (closed) {
            throw new IllegalStateException("Cannot use " + what + ": it is closed");
        }
        searches++;
        return memory;
    }

    synchronized void release() {
        searches--;
    }

    /**
     * Frees the memory.
     *
     * @throws IllegalStateException if it is closed already, or a search is reading it
     */
    synchronized void close() {
        if (closed || searches > 0) {
            throw new IllegalStateException("Cannot close " + what + ": "
                    + (closed ? "it is closed already" : searches + " searches are reading it"));
        }
        closed = true;
        memory.close();
    }
}
