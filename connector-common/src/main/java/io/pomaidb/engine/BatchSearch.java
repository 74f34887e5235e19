package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** Batch searches on one handle, each by the extension where the library has it, and else by the plain ABI. */
final class BatchSearch {

    private final PomaiLibrary library;
    private final Pointer database;
    private final Memory out;
    private final int dim;
    private final String attempt;

    /**
     * Searches on {@code database}.
     *
     * @param out memory for one pointer
     * @param attempt what errors call it
     */
    BatchSearch(PomaiLibrary library, Pointer database, Memory out, int dim, String attempt) {
        this.library = library;
        this.database = database;
        this.out = out;
        this.dim = dim;
        this.attempt = attempt;
    }

    /** The best rows for {@code count} queries at {@code vectors} under {@code params}. */
    SearchHits search(Pointer vectors, int count, int topK, SearchParams params) {
        if (count == 0) {
            return SearchHits.none(0);
        }
        var ids = params.ids();
        var address = ids == null ? null : ids.acquire();
        try {
            if (library.filtersIds()) {
                return extended(vectors, count, topK, params, address);
            }
            if (ids == null) {
                return plain(vectors, null, count, topK);
            }
            return new OverFetch(this, vectors, count, topK).search(params, address);
        } finally {
            if (ids != null) {
                ids.release();
            }
        }
    }

    private SearchHits extended(Pointer vectors, int count, int topK, SearchParams params, Pointer ids) {
        var api = library.api();
        try (var structs = QueryStruct.array(library.generation(), vectors, null, count, dim, topK);
                var struct = new SearchParamsStruct(params, ids)) {
            out.clear();
            api.check(api.searchBatch(database, structs, count, struct.struct(), out), attempt);
            return take(count, topK).with(struct.counters());
        }
    }

    /**
     * Searches with the plain ABI.
     *
     * @param chosen which of the vectors to search for; null for the first {@code count}
     */
    SearchHits plain(Pointer vectors, int[] chosen, int count, int topK) {
        var api = library.api();
        try (var structs = QueryStruct.array(library.generation(), vectors, chosen, count, dim, topK)) {
            out.clear();
            api.check(api.searchBatch(database, structs, count, out), attempt);
            return take(count, topK);
        }
    }

    private SearchHits take(int count, int topK) {
        var results = library.require(out.getPointer(0), "results", attempt);
        try {
            return ResultsStruct.copy(results, library.generation(), count, topK, library, attempt);
        } finally {
            library.api().searchBatchFree(results, count);
        }
    }
}
