package io.pomaidb.spark.search;

import io.pomaidb.search.TopK;
import java.io.Serializable;
import java.util.Arrays;

/** The best hits of a query, and the shards that they are in, where their payload is found. Immutable. */
final class Hits implements Serializable {
    /** No hits. */
    static final Hits NONE = new Hits(TopK.EMPTY, new int[0]);

    private static final long serialVersionUID = 1L;

    private final TopK top;
    private final int[] shards;

    private Hits(TopK top, int[] shards) {
        this.top = top;
        this.shards = shards;
    }

    /** Hits of one shard. */
    static Hits of(TopK top, int shard) {
        var shards = new int[top.size()];
        Arrays.fill(shards, shard);
        return new Hits(top, shards);
    }

    /** The best {@code k} of two parts, which have no row in common. */
    static Hits merge(Hits left, Hits right, int k) {
        if (left.size() == 0) {
            return right;
        }
        TopK top = TopK.merge(left.top, right.top, k);
        var shards = new int[top.size()];
        int l = 0;
        int r = 0;
        for (int i = 0; i < shards.length; i++) {
            boolean isLeft = l < left.size() && left.top.id(l) == top.id(i);
            shards[i] = isLeft ? left.shards[l++] : right.shards[r++];
        }
        return new Hits(top, shards);
    }

    int size() {
        return top.size();
    }

    long id(int rank) {
        return top.id(rank);
    }

    float score(int rank) {
        return top.score(rank);
    }

    int shard(int rank) {
        return shards[rank];
    }
}
