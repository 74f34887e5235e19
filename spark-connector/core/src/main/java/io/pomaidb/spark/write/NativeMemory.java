package io.pomaidb.spark.write;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.memory.MemoryConsumer;
import org.apache.spark.memory.MemoryMode;
import org.apache.spark.memory.TaskMemoryManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native memory that a task builds segments in, as far as it can be told: it is taken from Spark's off-heap memory where
 * that is enabled, and what all tasks of an executor hold is compared with what the executor was given outside its heap. What
 * does not fit is told in the log, once a task: only a cluster manager knows whether it ends the executor for it. For one
 * thread.
 */
final class NativeMemory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);

    /** So much is taken at once. */
    private static final long STEP = 16 << 20;

    /** Spark's own defaults. */
    private static final long LEAST_OVERHEAD_MIB = 384;

    private static final double OVERHEAD_FACTOR = 0.1;

    private static final AtomicLong HELD_BY_ALL = new AtomicLong();

    private final String index;
    private final long limit;

    /** Null where Spark has no off-heap memory. */
    private final OffHeap offHeap;

    private long held;
    private long most;
    private long taken;
    private boolean told;

    NativeMemory(String index, long limit) {
        this(index, limit, null);
    }

    private NativeMemory(String index, long limit, OffHeap offHeap) {
        this.index = index;
        this.limit = limit;
        this.offHeap = offHeap;
    }

    /** The memory of a task. */
    static NativeMemory of(String index, TaskMemoryManager manager) {
        SparkConf conf = SparkEnv.get().conf();
        var offHeap = manager.getTungstenMemoryMode() == MemoryMode.OFF_HEAP ? new OffHeap(manager) : null;
        return new NativeMemory(index, outsideHeap(conf), offHeap);
    }

    /** Says how much the task holds now, more or less than before. */
    void hold(long bytes) {
        long wanted = (bytes + STEP - 1) / STEP * STEP;
        if (wanted == held) {
            return;
        }
        long all = HELD_BY_ALL.addAndGet(wanted - held);
        if (offHeap != null) {
            if (wanted > taken) {
                taken += offHeap.acquireMemory(wanted - taken);
            } else {
                offHeap.freeMemory(taken - wanted);
                taken = wanted;
            }
        }
        held = wanted;
        most = Math.max(most, wanted);
        if (!told && (all > limit || (offHeap != null && taken < wanted))) {
            told = true;
            LOG.warn(
                    "The segments that are built here for index {} need about {} MiB of native memory, with those of other"
                            + " tasks {} MiB, and this executor has {} MiB outside its heap{}: it may be ended for that"
                            + " (raise spark.executor.memoryOverhead, write with more shards or segments_per_shard, let"
                            + " fewer tasks run at once, or set memory_budget_bytes)",
                    index,
                    wanted >> 20,
                    all >> 20,
                    limit >> 20,
                    offHeap == null ? "" : ", of which Spark gave the task " + (taken >> 20) + " MiB");
        }
    }

    /** The most that the task has held. */
    long most() {
        return most;
    }

    /** Whether it was told that there is too little. */
    boolean isShort() {
        return told;
    }

    @Override
    public void close() {
        hold(0);
    }

    /** What is taken of Spark's off-heap memory. Native code does not give memory back when others want it. */
    private static final class OffHeap extends MemoryConsumer {
        OffHeap(TaskMemoryManager manager) {
            super(manager, manager.pageSizeBytes(), MemoryMode.OFF_HEAP);
        }

        @Override
        public long spill(long size, MemoryConsumer trigger) {
            return 0;
        }
    }

    /** Bytes that an executor has besides Java's heap, as settings say it; the most there are where nobody counts them. */
    static long outsideHeap(SparkConf conf) {
        String master = conf.get("spark.master", "");
        if (master.equals("local") || master.startsWith("local[")) {
            return Long.MAX_VALUE;
        }
        long heapMib = conf.getSizeAsMb("spark.executor.memory", "1g");
        double factor = conf.getDouble("spark.executor.memoryOverheadFactor", OVERHEAD_FACTOR);
        long overheadMib = conf.contains("spark.executor.memoryOverhead")
                ? conf.getSizeAsMb("spark.executor.memoryOverhead")
                : Math.max(LEAST_OVERHEAD_MIB, (long) (heapMib * factor));
        long offHeap = conf.getBoolean("spark.memory.offHeap.enabled", false)
                ? conf.getSizeAsBytes("spark.memory.offHeap.size", "0")
                : 0;
        return (overheadMib << 20) + offHeap;
    }
}
