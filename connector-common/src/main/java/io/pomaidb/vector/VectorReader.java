package io.pomaidb.vector;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.error.DataException;
import java.nio.FloatBuffer;

/**
 * Reads vectors into the engine's buffers: one copy, on which dimension and components are checked and, under the cosine
 * metric, the vector is scaled to length one. Immutable and safe for any number of threads.
 */
public final class VectorReader {
    private final String action;
    private final String row;
    private final String column;
    private final int dim;
    private final boolean normalizes;

    private VectorReader(String action, String row, String column, int dim, IndexMetric metric) {
        this.action = action;
        this.row = row;
        this.column = column;
        this.dim = dim;
        this.normalizes = metric.normalizes();
    }

    /** A reader of rows to be written. */
    public static VectorReader ofRows(String column, int dim, IndexMetric metric) {
        return new VectorReader("write", "row", column, dim, metric);
    }

    /** A reader of queries. */
    public static VectorReader ofQueries(String column, int dim, IndexMetric metric) {
        return new VectorReader("search for", "query", column, dim, metric);
    }

    /**
     * Reads one vector.
     *
     * @param id names the row or query in errors
     * @param target filled from {@code offset} on by absolute puts; after an exception its content is undefined
     * @return the {@link VectorSource#scale} of what {@code target} then holds
     * @throws DataException if the vector has another dimension than the index, or a component is null, NaN or infinite;
     *     it names column and id
     */
    public double read(long id, VectorSource vector, FloatBuffer target, int offset) {
        String fault = copy(vector, target, offset);
        if (fault != null) {
            throw refused(Long.toString(id), fault);
        }
        return scaled(vector, target, offset);
    }

    /** As {@link #read(long, VectorSource, FloatBuffer, int)}, for an id of another type. */
    public double read(String id, VectorSource vector, FloatBuffer target, int offset) {
        String fault = copy(vector, target, offset);
        if (fault != null) {
            throw refused(id, fault);
        }
        return scaled(vector, target, offset);
    }

    private double scaled(VectorSource vector, FloatBuffer target, int offset) {
        return normalizes ? vector.scale() * UnitLength.scale(target, offset, dim) : vector.scale();
    }

    /** What is wrong with the vector; null if nothing. An id of either type would be an object for each row here. */
    private String copy(VectorSource vector, FloatBuffer target, int offset) {
        if (vector.size() != dim) {
            return "has " + vector.size() + " components (the index has dim " + dim + ")";
        }
        // What is wrong with a component, if anything, is looked for afterwards.
        if (!vector.copyTo(target, offset)) {
            return fault(vector);
        }
        return null;
    }

    private String fault(VectorSource vector) {
        for (int i = 0; i < dim; i++) {
            if (vector.isNullAt(i)) {
                return "is null at component " + i + " (accepted: numbers only)";
            }
            float component = vector.component(i);
            if (!Float.isFinite(component)) {
                return "is " + component + " at component " + i + " (accepted: finite numbers in a float's range)";
            }
        }
        throw new IllegalStateException("Cannot read a vector in column " + column + ": it changed while it was read");
    }

    private DataException refused(String id, String fault) {
        return new DataException(
                "Cannot " + action + " " + row + " " + id + ": its vector in column " + column + " " + fault);
    }
}
