package io.pomaidb.spark.search;

import io.pomaidb.spark.column.ExternalVectors;
import io.pomaidb.vector.VectorSource;
import java.io.Serializable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;

/**
 * A query on its way from an executor to the driver, without boxes and not yet checked: the driver checks it, because an
 * error in a task would be retried first, and its message buried in a stack trace.
 */
final class PackedQuery implements VectorSource, Serializable {
    static final int ID = 0;
    static final int VECTOR = 1;

    private static final long serialVersionUID = 1L;
    private static final int NOWHERE = -1;

    private final Object id;
    private final float[] components;
    private final int firstNull;

    private PackedQuery(Object id, float[] components, int firstNull) {
        this.id = id;
        this.components = components;
        this.firstNull = firstNull;
    }

    /** A query without an id. */
    static PackedQuery of(float[] components) {
        return new PackedQuery(null, components, NOWHERE);
    }

    /** The query in a row of id and vector. */
    static PackedQuery of(Row row, DataType vectorType) {
        var id = row.get(ID);
        if (row.isNullAt(VECTOR)) {
            return new PackedQuery(id, null, NOWHERE);
        }
        var vector = ExternalVectors.at(row, VECTOR, vectorType);
        var components = new float[vector.size()];
        for (int i = 0; i < components.length; i++) {
            if (vector.isNullAt(i)) {
                return new PackedQuery(id, components, i);
            }
            components[i] = vector.component(i);
        }
        return new PackedQuery(id, components, NOWHERE);
    }

    /** Null where the row's was, and for the one query of option {@code query}. */
    Object id() {
        return id;
    }

    /** Whether there is a vector at all. */
    boolean hasVector() {
        return components != null;
    }

    @Override
    public int size() {
        return components.length;
    }

    @Override
    public boolean isNullAt(int i) {
        return i == firstNull;
    }

    @Override
    public float component(int i) {
        return components[i];
    }
}
