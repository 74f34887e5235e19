package io.pomaidb.flink.search;

import io.pomaidb.error.DataException;
import io.pomaidb.vector.VectorSource;

/** A query's vector, read from a row that will not stay. */
public final class Query {
    private final float[] vector;

    private Query(float[] vector) {
        this.vector = vector;
    }

    /**
     * Reads a vector.
     *
     * @param column what errors call it
     * @throws DataException if a component is null
     */
    public static Query of(String column, VectorSource source) {
        var vector = new float[source.size()];
        for (int i = 0; i < vector.length; i++) {
            if (source.isNullAt(i)) {
                throw new DataException("Cannot search: a query vector in column " + column + " is null at component "
                        + i + " (accepted: numbers only)");
            }
            vector[i] = source.component(i);
        }
        return new Query(vector);
    }

    /** The vector. */
    VectorSource vector() {
        return VectorSource.of(vector);
    }
}
