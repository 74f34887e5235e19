package io.pomaidb.search;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.engine.SearchHits;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Merges the hits that the segments of a shard gave for a batch of queries. */
final class SegmentMerge {
    private final OpenShard shard;
    private final boolean cosine;
    private final List<SearchHits> hits;
    private final int[] depths;
    private final int k;
    private final ReplacedHits replaced;
    private final boolean[] ranDry;
    private final int[] heads;

    SegmentMerge(OpenShard shard, IndexMetric metric, List<SearchHits> hits, int queries, int[] depths, int k) {
        this.shard = shard;
        this.cosine = metric == IndexMetric.COSINE;
        this.hits = hits;
        this.depths = depths;
        this.k = k;
        this.replaced = new ReplacedHits(shard, queries, depths);
        this.ranDry = new boolean[shard.size()];
        this.heads = new int[shard.size()];
    }

    /** The best k live hits of each query; null where a segment may hold better ones than it was asked for. */
    TopK[] merge(int queries) {
        var merged = new TopK[queries];
        var open = new BitSet(queries);
        open.set(0, queries);
        while (!open.isEmpty()) {
            for (int query = open.nextSetBit(0); query >= 0; query = open.nextSetBit(query + 1)) {
                merged[query] = mergeOne(query);
            }
            open = replaced.ask();
        }
        return merged;
    }

    private TopK mergeOne(int query) {
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
            int rank = heads[best]++;
            long id = hits.get(best).id(query, rank);
            float score = hits.get(best).score(query, rank);
            if (!replaced.has(best, query, rank, id)) {
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
        int count = hits.get(segment).count(query);
        return heads[segment] == count && shard.segment(segment).mayHaveMore(count, depths[segment]);
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
