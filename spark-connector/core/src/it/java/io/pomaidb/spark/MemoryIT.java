package io.pomaidb.spark;

import org.junit.jupiter.api.Nested;

/** Builds where settings say how much native memory there is. */
class MemoryIT {
    @Nested
    class OffHeap extends MemorySpec {
        OffHeap() {
            super(Master.OFF_HEAP, 48);
        }
    }

    @Nested
    class Overhead extends MemorySpec {
        Overhead() {
            super(Master.SMALL_OVERHEAD, 32);
        }
    }
}
