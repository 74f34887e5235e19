package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/**
 * {@code pomai_query_t}. The fields used stand at the same offsets in all generations; the rest is zero, which is valid
 * in all of them.
 */
final class QueryStruct {

    private static final int STRUCT_SIZE = 0;
    private static final int VECTOR = 8;
    private static final int DIM = 16;
    private static final int TOP_K = 20;

    private QueryStruct() {}

    /**
     * An array of {@code count} structs, whose vectors stand in a matrix at {@code vectors}. The caller closes it.
     *
     * @param chosen the rows of the matrix to take, {@code count} of them; null for the first
     */
    static Memory array(StructGeneration generation, Pointer vectors, int[] chosen, int count, int dim, int topK) {
        var stride = (long) generation.querySize();
        var structs = OffHeap.zeroed(stride * count);
        for (var i = 0; i < count; i++) {
            var base = i * stride;
            structs.setInt(base + STRUCT_SIZE, generation.querySize());
            var row = chosen == null ? i : chosen[i];
            structs.setPointer(base + VECTOR, vectors.share((long) row * dim * Float.BYTES));
            structs.setInt(base + DIM, dim);
            structs.setInt(base + TOP_K, topK);
        }
        return structs;
    }
}
