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
 * The native memory that a task builds segments in, as far as it can be told. It is taken from Spark's off-heap memory where
 * that is enabled, and else is a share of the executor's overhead, where somebody holds the executor to it ({@link
 * ExecutorMemory}): a task that needs more has to freeze rows early. Where nobody does, what all tasks of an executor hold
 * is compared with what it was given, and told in the log if it is more. For one thread.
 */
final class NativeMemory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);

    private static final long STEP = 16 << 20;

    /** So much a task may hold in any case: with less, a segment would be of very many parts. */
    static final long LEAST = 2 * STEP;

    private static final AtomicLong HELD_BY_ALL = new AtomicLong();

    private final String index;
    private final ExecutorMemory executor;

    /** Null where Spark has no off-heap memory. */
    private final OffHeap offHeap;

    private long held;
    private long most;
    private long taken;
    private boolean told;

    NativeMemory(String index, ExecutorMemory executor) {
        this(index, executor, null);
    }

    private NativeMemory(String index, ExecutorMemory executor, OffHeap offHeap) {
        this.index = index;
        this.executor = executor;
        this.offHeap = offHeap;
    }

    /** The memory of a task. */
    static NativeMemory of(String index, TaskMemoryManager manager) {
        SparkConf conf = SparkEnv.get().conf();
        var offHeap = manager.getTungstenMemoryMode() == MemoryMode.OFF_HEAP ? new OffHeap(manager) : null;
        return new NativeMemory(
                index, ExecutorMemory.of(conf, Runtime.getRuntime().availableProcessors()), offHeap);
    }

    /**
     * Says how much the task holds now, more or less than before.
     *
     * @return whether it may; if not, it has to free some and say so here
     */
    boolean hold(long bytes) {
        long wanted = (bytes + STEP - 1) / STEP * STEP;
        if (wanted == held) {
            return fits();
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
        if (!fits()) {
            tellSpill();
            return false;
        }
        if (isBounded() || all <= executor.outsideHeap()) {
            return true;
        }
        tellGuess(all);
        return true;
    }

    private boolean isBounded() {
        return offHeap != null || executor.isHeld();
    }

    /** Whether Spark gave what is held, or the task's share of the overhead is as much, or both together. */
    private boolean fits() {
        return held <= LEAST || !isBounded() || held - taken <= executor.share();
    }

    private void tellSpill() {
        if (told) {
            return;
        }
        told = true;
        LOG.warn(
                "The rows that this task writes to index {} need more than the {} MiB of native memory that it may have ({}):"
                        + " they are frozen early, into segments of several parts, which are searched more slowly until a"
                        + " full compaction (raise {}, write with more shards or segments_per_shard, or let fewer tasks run"
                        + " at once)",
                index,
                Math.max(LEAST, taken + executor.share()) >> 20,
                offHeap == null ? executor.source() : "Spark's off-heap memory gives it no more",
                offHeap == null ? "spark.executor.memoryOverhead" : "spark.memory.offHeap.size");
    }

    private void tellGuess(long all) {
        if (told) {
            return;
        }
        told = true;
        LOG.warn(
                "The segments that are built here for index {} need about {} MiB of native memory, with those of other"
                        + " tasks {} MiB, and this executor has {} MiB outside its heap: it may be ended for that (set or"
                        + " raise spark.executor.memoryOverhead, write with more shards or segments_per_shard, let fewer"
                        + " tasks run at once, or set memory_budget_bytes)",
                index,
                held >> 20,
                all >> 20,
                executor.outsideHeap() >> 20);
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

    /** What is taken of Spark's off-heap memory. Nothing is given back in the middle of a row when others want it. */
    private static final class OffHeap extends MemoryConsumer {
        OffHeap(TaskMemoryManager manager) {
            super(manager, manager.pageSizeBytes(), MemoryMode.OFF_HEAP);
        }

        @Override
        public long spill(long size, MemoryConsumer trigger) {
            return 0;
        }
    }
}
