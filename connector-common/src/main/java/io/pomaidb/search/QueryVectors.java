package io.pomaidb.search;

import io.pomaidb.error.DataException;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.vector.VectorReader;
import io.pomaidb.vector.VectorSource;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Query vectors, checked and ready for the engine, row after row in one array: what a driver sends to the tasks.
 * Immutable. Queries are numbered from 0 in the order in which they were added.
 */
public final class QueryVectors implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int dim;
    private final int size;
    private final float[] rows;

    private QueryVectors(int dim, int size, float[] rows) {
        this.dim = dim;
        this.size = size;
        this.rows = rows;
    }

    /**
     * Collects queries for a search.
     *
     * @param column what errors call the queries' vector column
     */
    public static Builder builder(IndexParameters parameters, String column) {
        return new Builder(parameters, column);
    }

    /** Number of queries. */
    public int size() {
        return size;
    }

    /** Components of each query. */
    public int dim() {
        return dim;
    }

    /** Some of the queries, numbered from 0 again. */
    public QueryVectors part(int from, int to) {
        return new QueryVectors(dim, to - from, Arrays.copyOfRange(rows, from * dim, to * dim));
    }

    /** Copies one query into {@code target} at its position, and moves the position behind it. */
    void copy(int query, FloatBuffer target) {
        target.put(rows, query * dim, dim);
    }

    /** A copy of one query. */
    float[] vector(int query) {
        return Arrays.copyOfRange(rows, query * dim, (query + 1) * dim);
    }

    /** Collects queries up to 2^31 components; not thread-safe. */
    public static final class Builder {
        private static final int FIRST_QUERIES = 16;

        private final IndexParameters parameters;
        private final String column;
        private VectorReader reader;
        private int dim;
        private int size;
        private float[] rows = new float[0];

        private Builder(IndexParameters parameters, String column) {
            this.parameters = parameters;
            this.column = column;
        }

        /**
         * Adds a query.
         *
         * @param id names the query in errors
         * @param vector read before this returns; null for a query without a vector, which is an error
         * @throws DataException if the vector is null, has another dimension than the index (or, where the index has no
         *     rows yet, than the first query), or has a component that is null, NaN or infinite
         */
        public Builder add(String id, VectorSource vector) {
            if (vector == null) {
                throw new DataException("Cannot search for query " + id + ": its vector in column " + column
                        + " is null (accepted: queries with a vector)");
            }
            if (reader == null) {
                dim = parameters.dim() == 0 ? vector.size() : parameters.dim();
                reader = VectorReader.ofQueries(column, dim, parameters.metric());
            }
            long end = (size + 1L) * dim;
            if (end > Integer.MAX_VALUE - Long.BYTES) {
                throw new DataException("Cannot search for query " + id + ": the batch has " + size + " queries of dim "
                        + dim + " already (lower query_batch_bytes)");
            }
            if (end > rows.length) {
                long roomy = Math.max((long) FIRST_QUERIES * dim, rows.length * 2L);
                rows = Arrays.copyOf(rows, (int) Math.min(roomy, Integer.MAX_VALUE - Long.BYTES));
            }
            reader.read(id, vector, FloatBuffer.wrap(rows), size * dim);
            size++;
            return this;
        }

        /** Bytes that the queries added so far will take when sent. */
        public long bytes() {
            return (long) size * dim * Float.BYTES;
        }

        /** Number of queries added so far. */
        public int size() {
            return size;
        }

        /** The queries added so far. */
        public QueryVectors build() {
            return new QueryVectors(dim, size, Arrays.copyOf(rows, size * dim));
        }
    }
}
