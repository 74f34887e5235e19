package io.pomaidb.spark.search;

import java.io.Serializable;

/** One hit of a query, on its way to the shard that has the row. Immutable. */
final class Hit implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int query;
    private final int rank;
    private final long id;
    private final float score;

    /** The hit of a query at a rank, 0 being the best. */
    Hit(int query, int rank, Hits hits) {
        this.query = query;
        this.rank = rank;
        this.id = hits.id(rank);
        this.score = hits.score(rank);
    }

    int query() {
        return query;
    }

    int rank() {
        return rank;
    }

    long id() {
        return id;
    }

    float score() {
        return score;
    }
}
