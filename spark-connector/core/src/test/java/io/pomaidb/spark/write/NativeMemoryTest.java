package io.pomaidb.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** What tasks hold outside Java's heap, against what an executor has there. */
class NativeMemoryTest {
    private static final long MEBI = 1 << 20;

    private static SparkConf cluster() {
        return new SparkConf(false).set("spark.master", "spark://somewhere:7077");
    }

    @Test
    void anExecutorHasItsOverheadAndSparksOffHeapMemory() {
        assertThat(NativeMemory.outsideHeap(cluster())).isEqualTo(384 * MEBI);
        assertThat(NativeMemory.outsideHeap(cluster().set("spark.executor.memory", "20g")))
                .isEqualTo(2048 * MEBI);
        assertThat(NativeMemory.outsideHeap(cluster().set("spark.executor.memoryOverhead", "3g")))
                .isEqualTo(3072 * MEBI);
        assertThat(NativeMemory.outsideHeap(
                        cluster().set("spark.memory.offHeap.enabled", "true").set("spark.memory.offHeap.size", "1g")))
                .isEqualTo((384 + 1024) * MEBI);
        assertThat(NativeMemory.outsideHeap(new SparkConf(false).set("spark.master", "local[4]")))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void tasksOfOneExecutorShareItsMemory() {
        try (var first = new NativeMemory("first", 100 * MEBI);
                var second = new NativeMemory("second", 100 * MEBI)) {
            first.hold(60 * MEBI);
            assertThat(first.isShort()).isFalse();
            second.hold(60 * MEBI);
            assertThat(second.isShort()).isTrue();

            first.hold(0);
            var third = new NativeMemory("third", 100 * MEBI);
            third.hold(20 * MEBI);
            assertThat(third.isShort()).isFalse();
            assertThat(first.most()).isEqualTo(64 * MEBI);
            third.close();
        }
    }
}
