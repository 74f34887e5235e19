package io.pomaidb.engine;

import com.sun.jna.Pointer;
import java.util.Arrays;

/**
 * A search that returns certain ids only, on a library that cannot leave rows out: it is asked for more and more hits,
 * until enough of them pass or there are no more.
 */
final class OverFetch {

    private static final int MAX_QUERIES = 4096;
    private static final long MAX_HITS = 4 << 20;
    private static final int DEEPER = 4;

    private final BatchSearch plain;
    private final Pointer vectors;
    private final int topK;
    private final long[][] ids;
    private final float[][] scores;

    /** How many hits the library gave for a query when it was last asked; -1 before that. */
    private final int[] given;

    OverFetch(BatchSearch plain, Pointer vectors, int queries, int topK) {
        this.plain = plain;
        this.vectors = vectors;
        this.topK = topK;
        ids = new long[queries][];
        scores = new float[queries][];
        given = new int[queries];
        Arrays.fill(given, -1);
    }

    /** Searches for rows whose ids pass {@code params}, the ids of which stand at {@code address}. */
    SearchHits search(SearchParams params, Pointer address) {
        var open = new int[ids.length];
        Arrays.setAll(open, i -> i);
        for (long depth = topK; open.length > 0; depth *= DEEPER) {
            int asked = (int) Math.min(depth, Integer.MAX_VALUE);
            int piece = (int) Math.max(1, Math.min(MAX_QUERIES, MAX_HITS / asked));
            var unsatisfied = new int[open.length];
            int count = 0;
            for (int start = 0; start < open.length; start += piece) {
                var chosen = Arrays.copyOfRange(open, start, Math.min(open.length, start + piece));
                var hits = plain.plain(vectors, chosen, chosen.length, asked);
                for (int i = 0; i < chosen.length; i++) {
                    if (!keep(hits, i, chosen[i], params, address) && asked < Integer.MAX_VALUE) {
                        unsatisfied[count++] = chosen[i];
                    }
                    given[chosen[i]] = hits.count(i);
                }
            }
            open = Arrays.copyOf(unsatisfied, count);
        }
        return SearchHits.of(ids, scores);
    }

    /**
     * Keeps what passes of a query's hits. False where asking for more may bring more: a library gives fewer than it is
     * asked for where it has no more rows, or where it keeps too few candidates, and in that case more of them when it
     * is asked for more.
     */
    private boolean keep(SearchHits hits, int from, int query, SearchParams params, Pointer address) {
        var kept = new long[Math.min(topK, hits.count(from))];
        var keptScores = new float[kept.length];
        boolean allowed = params.mode() == SearchParams.IdMode.ALLOWED;
        int size = 0;
        for (int rank = 0; rank < hits.count(from) && size < kept.length; rank++) {
            long id = hits.id(from, rank);
            if (params.ids().contains(address, id) == allowed) {
                kept[size] = id;
                keptScores[size++] = hits.score(from, rank);
            }
        }
        ids[query] = Arrays.copyOf(kept, size);
        scores[query] = Arrays.copyOf(keptScores, size);
        return size == topK || hits.count(from) == given[query];
    }
}
