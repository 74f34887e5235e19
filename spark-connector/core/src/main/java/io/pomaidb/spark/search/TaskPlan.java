package io.pomaidb.spark.search;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Decides how a search of a batch of queries is cut into tasks. */
final class TaskPlan {
    /** Fewer queries than this do not pay for another task, which opens the shard once more. */
    static final int LEAST_QUERIES = 16;

    private TaskPlan() {}

    /**
     * The tasks: one a shard while these keep all cores busy, else each shard once for every few queries. Every pair of
     * shard and query that visits it is in exactly one task, and the parts of a shard differ by one query at most.
     *
     * @param shards the shards to search
     * @param visitors how many queries visit each shard
     * @param cores how many tasks can run at once
     */
    static List<SearchTask> of(List<Integer> shards, IntUnaryOperator visitors, int cores) {
        var tasks = new ArrayList<SearchTask>();
        int most = shards.stream().mapToInt(visitors::applyAsInt).max().orElse(0);
        int parts = parts(shards.size(), most, cores);
        // Part by part, so that tasks which run at the same time rather search different shards than the same one.
        for (int part = 0; part < parts; part++) {
            for (int shard : shards) {
                int queries = visitors.applyAsInt(shard);
                int from = (int) ((long) queries * part / parts);
                int to = (int) ((long) queries * (part + 1) / parts);
                if (from < to) {
                    tasks.add(new SearchTask(shard, from, to));
                }
            }
        }
        return tasks;
    }

    private static int parts(int shards, int queries, int cores) {
        if (shards == 0 || queries == 0) {
            return 0;
        }
        int wanted = (cores + shards - 1) / shards;
        int worthwhile = Math.max(1, queries / LEAST_QUERIES);
        return Math.max(1, Math.min(wanted, worthwhile));
    }
}
