package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.pomaidb.error.ConfigurationException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Off-heap memory. The first use of JNA in a JVM comes by here, so that its library is unpacked where ours is. */
final class OffHeap {

    static {
        NativeDirectory.leadJnaHere();
    }

    /** Whether JNA's version will do. */
    private static volatile boolean known;

    private OffHeap() {}

    /** Loads JNA's own native part; without it nothing native works. */
    static void requireJna() {
        if (!known) {
            JnaVersion.require();
            known = true;
        }
        try {
            if (Native.POINTER_SIZE != Long.BYTES) {
                throw new ConfigurationException("Cannot load the PomaiDB engine: this JVM has pointers of "
                        + Native.POINTER_SIZE + " bytes (use a 64-bit JVM)");
            }
        } catch (LinkageError failure) {
            throw new ConfigurationException(
                    "Cannot load JNA's native part: " + failure.getMessage() + " (set -D" + NativeDirectory.PROPERTY
                            + " to a directory that can be written and executed from)",
                    failure);
        }
    }

    /** Zeroed memory that close() frees. */
    static Memory zeroed(long bytes) {
        requireJna();
        var memory = new Memory(bytes);
        memory.clear();
        return memory;
    }

    static Memory utf8(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var memory = zeroed(bytes.length + 1L);
        memory.write(0, bytes, 0, bytes.length);
        return memory;
    }

    /**
     * A zeroed buffer that the garbage collector frees. For memory whose views leave the binding: a view that outlives
     * its owner keeps the memory alive, where freeing it by hand would let the view crash the JVM.
     */
    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** The address of a direct buffer; valid only while the buffer is reachable. */
    static Pointer address(ByteBuffer buffer) {
        requireJna();
        return Native.getDirectBufferPointer(buffer);
    }
}
