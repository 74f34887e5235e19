package io.pomaidb.engine;

import com.sun.jna.Pointer;

/** {@code pomai_search_results_t}: an array with one struct a query, whose stride is the generation's. */
final class ResultsStruct {

    private static final int STRUCT_SIZE = 0;
    private static final int COUNT = 8;
    private static final int IDS = 16;
    private static final int SCORES = 24;

    private ResultsStruct() {}

    /**
     * Copies the hits of {@code queries} queries. Nothing a library writes is taken on trust: every struct must name
     * the generation's size before the next is looked for behind it, and no more than top k hits are read.
     */
    static SearchHits copy(
            Pointer structs, StructGeneration generation, int queries, int topK, PomaiLibrary library, String attempt) {
        var stride = (long) generation.resultsSize();
        var starts = new int[queries + 1];
        for (var i = 0; i < queries; i++) {
            var base = i * stride;
            var size = structs.getInt(base + STRUCT_SIZE);
            if (size != stride) {
                throw library.misbehaves(
                        attempt,
                        "its results have the struct size " + size + " and not the " + stride + " of generation "
                                + generation);
            }
            var count = structs.getLong(base + COUNT);
            if (count < 0 || count > topK) {
                throw library.misbehaves(
                        attempt,
                        "it gives " + Long.toUnsignedString(count) + " hits where " + topK + " were asked for");
            }
            if (count > 0 && (structs.getLong(base + IDS) == 0 || structs.getLong(base + SCORES) == 0)) {
                throw library.misbehaves(attempt, "it gives " + count + " hits without ids or scores");
            }
            if (starts[i] > Integer.MAX_VALUE - count) {
                throw new PomaiException(
                        attempt,
                        StatusCode.RESOURCE_EXHAUSTED.number(),
                        "the batch has more than " + Integer.MAX_VALUE
                                + " hits; search fewer queries at once or lower k");
            }
            starts[i + 1] = starts[i] + (int) count;
        }
        var ids = new long[starts[queries]];
        var scores = new float[starts[queries]];
        for (var i = 0; i < queries; i++) {
            var count = starts[i + 1] - starts[i];
            if (count > 0) {
                structs.getPointer(i * stride + IDS).read(0, ids, starts[i], count);
                structs.getPointer(i * stride + SCORES).read(0, scores, starts[i], count);
            }
        }
        return new SearchHits(starts, ids, scores);
    }
}
