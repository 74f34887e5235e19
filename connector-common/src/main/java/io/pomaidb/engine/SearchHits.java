package io.pomaidb.engine;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * The hits of a batch of queries, best first, copied to the Java heap. Immutable. A query has at most the top k asked
 * for, and fewer where the database has fewer rows.
 */
public final class SearchHits {

    /** Where the hits of each query begin; one more at the end. */
    private final int[] starts;

    private final long[] ids;
    private final float[] scores;
    private final SearchCounters counters;

    SearchHits(int[] starts, long[] ids, float[] scores) {
        this(starts, ids, scores, null);
    }

    private SearchHits(int[] starts, long[] ids, float[] scores, SearchCounters counters) {
        this.starts = starts;
        this.ids = ids;
        this.scores = scores;
        this.counters = counters;
    }

    /** No hits for any of {@code queries} queries. */
    public static SearchHits none(int queries) {
        return new SearchHits(new int[queries + 1], new long[0], new float[0]);
    }

    /** The hits of each query. */
    static SearchHits of(long[][] ids, float[][] scores) {
        var starts = new int[ids.length + 1];
        for (int i = 0; i < ids.length; i++) {
            starts[i + 1] = Math.addExact(starts[i], ids[i].length);
        }
        var allIds = new long[starts[ids.length]];
        var allScores = new float[allIds.length];
        for (int i = 0; i < ids.length; i++) {
            System.arraycopy(ids[i], 0, allIds, starts[i], ids[i].length);
            System.arraycopy(scores[i], 0, allScores, starts[i], ids[i].length);
        }
        return new SearchHits(starts, allIds, allScores);
    }

    SearchHits with(SearchCounters newCounters) {
        return new SearchHits(starts, ids, scores, newCounters);
    }

    /** What the search did; empty where the library does not count it. */
    public Optional<SearchCounters> counters() {
        return Optional.ofNullable(counters);
    }

    /** How many queries were answered. */
    public int queries() {
        return starts.length - 1;
    }

    /** How many hits a query has. */
    public int count(int query) {
        return starts[query + 1] - starts[query];
    }

    /** The id of a query's hit, 64 bits as the row was put with; rank 0 is the best. */
    public long id(int query, int rank) {
        return ids[at(query, rank)];
    }

    /** The score of a query's hit; higher is better. */
    public float score(int query, int rank) {
        return scores[at(query, rank)];
    }

    /** A copy of the ids of a query, best first. */
    public long[] ids(int query) {
        return Arrays.copyOfRange(ids, starts[query], starts[query + 1]);
    }

    /** A copy of the scores of a query, best first. */
    public float[] scores(int query) {
        return Arrays.copyOfRange(scores, starts[query], starts[query + 1]);
    }

    private int at(int query, int rank) {
        return starts[query] + Objects.checkIndex(rank, count(query));
    }
}
