package io.pomaidb.search;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The best hits of one query: higher scores first, and of equal scores the smaller id first. Immutable. Parts of the
 * index make one each and are merged in any order, with the same outcome.
 */
public final class TopK implements Serializable {
    /** No hits. */
    public static final TopK EMPTY = new TopK(new long[0], new float[0]);

    private static final long serialVersionUID = 1L;

    private final long[] ids;
    private final float[] scores;

    private TopK(long[] ids, float[] scores) {
        this.ids = ids;
        this.scores = scores;
    }

    /** Hits that are in order already; both arrays are taken over. */
    public static TopK ofSorted(long[] ids, float[] scores) {
        return new TopK(ids, scores);
    }

    /** The ids, best first; a copy. */
    public long[] ids() {
        return ids.clone();
    }

    /** The scores, best first; a copy. */
    public float[] scores() {
        return scores.clone();
    }

    /** Number of hits. */
    public int size() {
        return ids.length;
    }

    /** Id of the hit at {@code rank}, 0 being the best. */
    public long id(int rank) {
        return ids[rank];
    }

    /** Score of the hit at {@code rank}; higher is better. */
    public float score(int rank) {
        return scores[rank];
    }

    /** The best {@code k} hits of two parts that have no id in common. */
    public static TopK merge(TopK left, TopK right, int k) {
        int size = (int) Math.min(k, (long) left.size() + right.size());
        var ids = new long[size];
        var scores = new float[size];
        int l = 0;
        int r = 0;
        for (int i = 0; i < size; i++) {
            boolean takeLeft = r == right.size()
                    || (l < left.size() && isBefore(left.scores[l], left.ids[l], right.scores[r], right.ids[r]));
            ids[i] = takeLeft ? left.ids[l] : right.ids[r];
            scores[i] = takeLeft ? left.scores[l++] : right.scores[r++];
        }
        return new TopK(ids, scores);
    }

    static boolean isBefore(float score, long id, float otherScore, long otherId) {
        return score > otherScore || (score == otherScore && id < otherId);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopK that && Arrays.equals(ids, that.ids) && Arrays.equals(scores, that.scores);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Arrays.hashCode(scores);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("[");
        for (int i = 0; i < ids.length; i++) {
            text.append(i == 0 ? "" : ", ").append(ids[i]).append(": ").append(scores[i]);
        }
        return text.append(']').toString();
    }
}
