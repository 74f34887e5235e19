package io.pomaidb.search;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.engine.SearchHits;
import java.util.Arrays;
import java.util.List;

/**
 * Merges the hits that the segments of a shard gave for a batch of queries. Whether a newer segment has an id is asked
 * only for hits that would enter the result, best first: that is what many segments cost.
 */
final class SegmentMerge {
    private final OpenShard shard;
    private final boolean cosine;
    private final List<SearchHits> hits;
    private final int[] depths;
    private final boolean[] ranDry;
    private final int[] heads;
    private final int k;

    SegmentMerge(OpenShard shard, IndexMetric metric, List<SearchHits> hits, int[] depths, int k) {
        this.shard = shard;
        this.cosine = metric == IndexMetric.COSINE;
        this.hits = hits;
        this.depths = depths;
        this.ranDry = new boolean[shard.size()];
        this.heads = new int[shard.size()];
        this.k = k;
    }

    /** The best k live hits of a query; null if a segment may hold better ones than it was asked for. */
    TopK merge(int query) {
        Arrays.fill(heads, 0);
        int room = 0;
        for (SearchHits segment : hits) {
            room = (int) Math.min(k, (long) room + segment.count(query));
        }
        var ids = new long[room];
        var scores = new float[room];
        int size = 0;
        while (size < k) {
            int best = best(query);
            if (best < 0) {
                break;
            }
            if (isCut(best, query)) {
                ranDry[best] = true;
                return null;
            }
            long id = hits.get(best).id(query, heads[best]);
            float score = hits.get(best).score(query, heads[best]);
            heads[best]++;
            if (shard.isLive(id, best)) {
                insert(ids, scores, size++, id, cosine ? Math.max(-1, Math.min(1, score)) : score);
            }
        }
        return TopK.ofSorted(Arrays.copyOf(ids, size), Arrays.copyOf(scores, size));
    }

    /** Whether a merge stopped because of this segment. */
    boolean ranDry(int segment) {
        return ranDry[segment];
    }

    /** The segment with the best next hit, or one whose hits are used up though it has more; -1 if all are at the end. */
    private int best(int query) {
        int best = -1;
        for (int segment = 0; segment < heads.length; segment++) {
            if (isCut(segment, query)) {
                return segment;
            }
            if (heads[segment] < hits.get(segment).count(query) && (best < 0 || isBefore(segment, best, query))) {
                best = segment;
            }
        }
        return best;
    }

    private boolean isCut(int segment, int query) {
        return heads[segment] == hits.get(segment).count(query) && depths[segment] < shard.rows(segment);
    }

    private boolean isBefore(int segment, int other, int query) {
        SearchHits left = hits.get(segment);
        SearchHits right = hits.get(other);
        return TopK.isBefore(
                left.score(query, heads[segment]),
                left.id(query, heads[segment]),
                right.score(query, heads[other]),
                right.id(query, heads[other]));
    }

    /** An engine orders hits of equal score as it likes, so a hit may have to move up among its equals. */
    private static void insert(long[] ids, float[] scores, int size, long id, float score) {
        int at = size;
        while (at > 0 && TopK.isBefore(score, id, scores[at - 1], ids[at - 1])) {
            ids[at] = ids[at - 1];
            scores[at] = scores[at - 1];
            at--;
        }
        ids[at] = id;
        scores[at] = score;
    }
}
