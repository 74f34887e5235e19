package io.pomaidb.spark.write;

import org.apache.spark.SparkConf;

/**
 * What an executor has besides Java's heap, as settings say it.
 *
 * @param outsideHeap bytes of its overhead and of Spark's off-heap memory; the most there are where nobody counts them
 * @param isHeld whether the overhead is all there is: YARN and Kubernetes end an executor that takes more, and elsewhere it
 *     counts where somebody has set it
 * @param share bytes of the overhead that each task may take for native memory; 0 where it is not held to it
 * @param source the share in words
 */
record ExecutorMemory(long outsideHeap, boolean isHeld, long share, String source) {
    /** Spark's own defaults. */
    private static final long LEAST_OVERHEAD_MIB = 384;

    private static final double OVERHEAD_FACTOR = 0.1;

    /** What Java takes of the overhead for its classes, code, threads and buffers; of a small one, half. */
    private static final long JAVA_MIB = 384;

    private static final String OVERHEAD = "spark.executor.memoryOverhead";

    /**
     * The memory of an executor with these settings.
     *
     * @param processors of the machine, for executors that have as many cores
     */
    static ExecutorMemory of(SparkConf conf, int processors) {
        String master = conf.get("spark.master", "");
        if (master.equals("local") || master.startsWith("local[")) {
            return new ExecutorMemory(Long.MAX_VALUE, false, 0, "");
        }
        boolean managed = master.startsWith("yarn") || master.startsWith("k8s:");
        long overheadMib = overheadMib(conf);
        long offHeap = conf.getBoolean("spark.memory.offHeap.enabled", false)
                ? conf.getSizeAsBytes("spark.memory.offHeap.size", "0")
                : 0;
        long outsideHeap = (overheadMib << 20) + offHeap;
        if (!managed && !conf.contains(OVERHEAD)) {
            return new ExecutorMemory(outsideHeap, false, 0, "");
        }
        int cores = conf.getInt("spark.executor.cores", managed ? 1 : processors);
        int tasks = Math.max(1, cores / Math.max(1, conf.getInt("spark.task.cpus", 1)));
        long shareMib = (overheadMib - Math.min(JAVA_MIB, overheadMib / 2)) / tasks;
        String source = OVERHEAD + " is " + overheadMib + " MiB, of which Java itself needs some, for " + tasks
                + (tasks == 1 ? " task" : " tasks") + " at once";
        return new ExecutorMemory(outsideHeap, true, shareMib << 20, source);
    }

    private static long overheadMib(SparkConf conf) {
        if (conf.contains(OVERHEAD)) {
            return conf.getSizeAsMb(OVERHEAD);
        }
        long heapMib = conf.getSizeAsMb("spark.executor.memory", "1g");
        double factor = conf.getDouble("spark.executor.memoryOverheadFactor", OVERHEAD_FACTOR);
        return Math.max(LEAST_OVERHEAD_MIB, (long) (heapMib * factor));
    }
}
