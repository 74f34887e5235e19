package io.pomaidb.spark.search;

import io.pomaidb.search.QueryVectors;
import java.io.Serializable;

/** The queries of one broadcast, and their ids as Spark's rows hold them. */
final class SearchBatch implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Object[] ids;
    private final QueryVectors vectors;

    /** Takes the ids over; they stand in the order of the vectors, which have been checked. */
    SearchBatch(Object[] ids, QueryVectors vectors) {
        this.ids = ids;
        this.vectors = vectors;
    }

    int size() {
        return ids.length;
    }

    Object id(int query) {
        return ids[query];
    }

    QueryVectors vectors() {
        return vectors;
    }
}
