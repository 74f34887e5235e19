package io.pomaidb.spark.search;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Decides how a search of a batch of queries is cut into tasks. */
final class TaskPlan {
    /** Fewer queries than this do not pay for another task, which opens the shard once more. */
    static final int LEAST_QUERIES = 16;

    /** Queries that a task is sent; Spark warns of tasks that are much larger. */
    private static final long MOST_BYTES = 512 << 10;

    /** An index that is fetched in less time than a shuffle takes. */
    private static final long EVERYWHERE_BYTES = 64 << 20;

    /** How many hits a task holds, where they bring nothing along. */
    static final int MOST_HITS = 1 << 18;

    /** Payload is read page by page, and many rows share a page. */
    private static final int MOST_FETCHED = 1 << 14;

    private static final long MOST_FETCHED_BYTES = 64 << 20;

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

    /**
     * The parts into which queries are cut, each of which one task searches in all shards, to within one query of the same
     * size: as many as keep all cores busy, and more where they would be large to send.
     *
     * @return where the parts begin, and the end
     */
    static int[] ofQueries(int queries, long bytes, int cores) {
        long worthwhile = Math.max(1, Math.min(cores, queries / LEAST_QUERIES));
        int parts = (int) Math.min(queries, Math.max(worthwhile, (bytes + MOST_BYTES - 1) / MOST_BYTES));
        return IntStream.rangeClosed(0, parts)
                .map(part -> (int) ((long) queries * part / parts))
                .toArray();
    }

    /**
     * Whether tasks search all shards for some of the queries each, and not some shards for all queries. That saves a
     * shuffle, but each executor opens, and so fetches, the whole index.
     *
     * @param oneJvm whether there is only one executor, which opens it all anyway
     * @param indexBytes what all shards take
     * @param cacheBytes what an executor may keep
     * @param queries the number of queries
     * @param cores how many tasks can run at once
     * @param cheap whether one query is soon answered by one core, as it is without a filter
     */
    static boolean byQueries(boolean oneJvm, long indexBytes, long cacheBytes, int queries, int cores, boolean cheap) {
        boolean fits = indexBytes <= (oneJvm ? cacheBytes / 2 : Math.min(cacheBytes / 2, EVERYWHERE_BYTES));
        return fits && (cheap || queries >= (long) cores * LEAST_QUERIES);
    }

    /**
     * How many hits a task holds where they bring columns of their rows.
     *
     * @param bytes what all rows take in their files
     * @param rows their number
     */
    static int hitsAtOnce(long bytes, long rows) {
        double each = Math.max(1, (double) bytes / Math.max(1, rows));
        return (int) Math.max(1, Math.min(MOST_FETCHED, MOST_FETCHED_BYTES / each));
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
