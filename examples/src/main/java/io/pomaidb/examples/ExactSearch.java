package io.pomaidb.examples;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The exact top k of some queries by comparing them with every row, one row at a time, in double precision: what recall
 * is measured against. Keeps k hits a query, whatever the number of rows. Not thread-safe.
 */
final class ExactSearch {

    private record Hit(long id, double score) {}

    private static final Comparator<Hit> WORST_FIRST =
            Comparator.comparingDouble(Hit::score).thenComparing(Hit::id, Comparator.reverseOrder());

    private final String metric;
    private final int k;
    private final List<float[]> queries;
    private final List<PriorityQueue<Hit>> best;

    ExactSearch(String metric, int k, List<float[]> queries) {
        this.metric = metric;
        this.k = k;
        this.queries = queries;
        this.best =
                queries.stream().map(query -> new PriorityQueue<>(WORST_FIRST)).toList();
    }

    void add(long id, float[] vector) {
        for (int q = 0; q < queries.size(); q++) {
            var heap = best.get(q);
            var hit = new Hit(id, score(metric, queries.get(q), vector));
            if (heap.size() < k) {
                heap.add(hit);
            } else if (WORST_FIRST.compare(hit, heap.peek()) > 0) {
                heap.poll();
                heap.add(hit);
            }
        }
    }

    /** The ids of the best k rows seen so far for the query, in no order. */
    List<Long> ids(int query) {
        return best.get(query).stream().map(Hit::id).toList();
    }

    /** Higher is better: the dot product, its cosine, or minus the squared distance. */
    static double score(String metric, float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return switch (metric) {
            case "l2" -> 2 * dot - aa - bb;
            case "ip" -> dot;
            case "cosine" -> aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
            default -> throw new IllegalArgumentException("metric: " + metric);
        };
    }
}
