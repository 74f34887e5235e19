package io.pomaidb.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** What tasks hold outside Java's heap, against what an executor has there. */
class NativeMemoryTest {
    private static final long MEBI = 1 << 20;
    private static final int PROCESSORS = 4;

    private static SparkConf cluster() {
        return new SparkConf(false).set("spark.master", "spark://somewhere:7077");
    }

    private static SparkConf yarn() {
        return new SparkConf(false).set("spark.master", "yarn");
    }

    private static long outsideHeap(SparkConf conf) {
        return ExecutorMemory.of(conf, PROCESSORS).outsideHeap();
    }

    private static long share(SparkConf conf) {
        return ExecutorMemory.of(conf, PROCESSORS).share();
    }

    private static NativeMemory unbounded(long outsideHeap) {
        return new NativeMemory("index", new ExecutorMemory(outsideHeap, false, 0, ""));
    }

    @Test
    void anExecutorHasItsOverheadAndSparksOffHeapMemory() {
        assertThat(outsideHeap(cluster())).isEqualTo(384 * MEBI);
        assertThat(outsideHeap(cluster().set("spark.executor.memory", "20g"))).isEqualTo(2048 * MEBI);
        assertThat(outsideHeap(cluster().set("spark.executor.memoryOverhead", "3g")))
                .isEqualTo(3072 * MEBI);
        assertThat(outsideHeap(
                        cluster().set("spark.memory.offHeap.enabled", "true").set("spark.memory.offHeap.size", "1g")))
                .isEqualTo((384 + 1024) * MEBI);
        assertThat(outsideHeap(new SparkConf(false).set("spark.master", "local[4]")))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void tasksShareTheOverheadThatAnExecutorIsHeldTo() {
        assertThat(ExecutorMemory.of(cluster(), PROCESSORS).isHeld()).isFalse();
        assertThat(ExecutorMemory.of(
                                new SparkConf(false)
                                        .set("spark.master", "local[4]")
                                        .set("spark.executor.memoryOverhead", "3g"),
                                PROCESSORS)
                        .isHeld())
                .isFalse();

        assertThat(ExecutorMemory.of(yarn(), PROCESSORS).isHeld()).isTrue();
        assertThat(share(yarn())).isEqualTo(192 * MEBI);
        assertThat(share(yarn().set("spark.executor.cores", "6").set("spark.task.cpus", "2")))
                .isEqualTo(64 * MEBI);
        assertThat(share(new SparkConf(false)
                        .set("spark.master", "k8s://https://somewhere")
                        .set("spark.executor.memory", "10g")
                        .set("spark.executor.memoryOverheadFactor", "0.4")))
                .isEqualTo((4096 - 384) * MEBI);
        assertThat(share(cluster().set("spark.executor.memoryOverhead", "3g")))
                .isEqualTo((3072 - 384) / PROCESSORS * MEBI);
        assertThat(ExecutorMemory.of(yarn(), PROCESSORS).source())
                .isEqualTo(
                        "spark.executor.memoryOverhead is 384 MiB, of which Java itself needs some, for 1 task at once");
    }

    @Test
    void whatIsMoreThanTheShareHasToBeFreed() {
        try (var memory = new NativeMemory("index", ExecutorMemory.of(yarn(), PROCESSORS))) {
            assertThat(memory.hold(192 * MEBI)).isTrue();
            assertThat(memory.isShort()).isFalse();
            assertThat(memory.hold(192 * MEBI + 1)).isFalse();
            assertThat(memory.hold(192 * MEBI + 2)).isFalse();
            assertThat(memory.hold(96 * MEBI)).isTrue();
            assertThat(memory.isShort()).isTrue();
        }
    }

    @Test
    void aLittleMayBeHeldInAnyCase() {
        var tiny = yarn().set("spark.executor.cores", "64");
        assertThat(share(tiny)).isLessThan(NativeMemory.LEAST);
        try (var memory = new NativeMemory("index", ExecutorMemory.of(tiny, PROCESSORS))) {
            assertThat(memory.hold(NativeMemory.LEAST)).isTrue();
            assertThat(memory.hold(NativeMemory.LEAST + 1)).isFalse();
        }
    }

    @Test
    void whereNobodyHoldsAnExecutorToItsMemoryTasksAreWarned() {
        try (var first = unbounded(100 * MEBI);
                var second = unbounded(100 * MEBI)) {
            assertThat(first.hold(60 * MEBI)).isTrue();
            assertThat(first.isShort()).isFalse();
            assertThat(second.hold(60 * MEBI)).isTrue();
            assertThat(second.isShort()).isTrue();

            first.hold(0);
            var third = unbounded(100 * MEBI);
            third.hold(20 * MEBI);
            assertThat(third.isShort()).isFalse();
            assertThat(first.most()).isEqualTo(64 * MEBI);
            third.close();
        }
    }
}
