package io.pomaidb.spark.search;

import io.pomaidb.spark.column.RowVector;
import io.pomaidb.vector.VectorSource;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Objects;

/**
 * Queries on their way from an executor to the driver: ids as Spark's rows hold them, and the components of all vectors side
 * by side, not yet checked. The driver checks them, because an error in a task would be retried first, and its message buried
 * in a stack trace. Not thread-safe while it is filled.
 */
final class QueryBlock implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int NOWHERE = -1;

    /** In the place of a first null: there is no vector at all. */
    private static final int NO_VECTOR = -2;

    private final ArrayList<Object> ids = new ArrayList<>();

    /** Where each vector ends. */
    private int[] ends = new int[16];

    /** Of each vector its first component that is null. */
    private int[] nulls = new int[16];

    private float[] components = new float[0];

    /** Whether there were more queries than were to be taken; the block then has no use. */
    private boolean cutShort;

    /** The one query of option {@code query}. */
    static QueryBlock single(float[] vector) {
        var block = new QueryBlock();
        block.grow(vector.length);
        System.arraycopy(vector, 0, block.components, 0, vector.length);
        block.end(null, NOWHERE, vector.length);
        return block;
    }

    int size() {
        return ids.size();
    }

    /** Bytes of all components. */
    long bytes() {
        return (long) start(size()) * Float.BYTES;
    }

    boolean isCutShort() {
        return cutShort;
    }

    /** Gives up, and what was taken so far with it. */
    void cutShort() {
        cutShort = true;
        ids.clear();
        components = new float[0];
    }

    /** Adds a query; its vector is null where it has none, and read before this returns. */
    void add(Object id, RowVector vector) {
        int from = start(size());
        if (vector == null) {
            end(id, NO_VECTOR, from);
            return;
        }
        int length = vector.size();
        grow(Math.addExact(from, length));
        int firstNull = NOWHERE;
        // The copy also refuses what is not finite, which is for the driver to say.
        if (!vector.copyTo(FloatBuffer.wrap(components), from)) {
            for (int i = length - 1; i >= 0; i--) {
                if (vector.isNullAt(i)) {
                    firstNull = i;
                } else {
                    components[from + i] = vector.component(i);
                }
            }
        }
        end(id, firstNull, from + length);
    }

    private void grow(int length) {
        if (length > components.length) {
            components = Arrays.copyOf(
                    components, Math.max(length, (int) Math.min(Integer.MAX_VALUE - Long.BYTES, 2L * length)));
        }
    }

    private void end(Object id, int firstNull, int end) {
        if (size() == ends.length) {
            ends = Arrays.copyOf(ends, 2 * ends.length);
            nulls = Arrays.copyOf(nulls, 2 * nulls.length);
        }
        ends[size()] = end;
        nulls[size()] = firstNull;
        ids.add(id);
    }

    private int start(int query) {
        return query == 0 ? 0 : ends[query - 1];
    }

    /** Null where the row's was, and for the one query of option {@code query}. */
    Object id(int query) {
        return ids.get(query);
    }

    /** The vector of a query; null if it has none. */
    VectorSource vector(int query) {
        int from = start(query);
        int length = ends[query] - from;
        return switch (nulls[query]) {
            case NO_VECTOR -> null;
            case NOWHERE -> VectorSource.of(components, from, length);
            default -> new NullAt(from, length, nulls[query]);
        };
    }

    /** A vector that is to be refused. */
    private final class NullAt implements VectorSource {
        private final int from;
        private final int length;
        private final int firstNull;

        NullAt(int from, int length, int firstNull) {
            this.from = from;
            this.length = length;
            this.firstNull = firstNull;
        }

        @Override
        public int size() {
            return length;
        }

        @Override
        public boolean isNullAt(int i) {
            return i == firstNull;
        }

        @Override
        public float component(int i) {
            return components[from + Objects.checkIndex(i, length)];
        }
    }
}
