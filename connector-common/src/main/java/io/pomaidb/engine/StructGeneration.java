package io.pomaidb.engine;

import java.util.Optional;

/**
 * The three layouts that the C structs have had under one ABI number. They are told apart by the size that
 * {@code pomai_options_init} writes; the fields that the binding uses stand at the same offsets in all three.
 */
public enum StructGeneration {
    /** Releases 1.4 to 1.8, and the bundled engine. */
    A(72, 48, 48),
    /** Releases 1.9 and 1.10.0. */
    B(112, 104, 72),
    /** Releases from 1.10.1 on. */
    C(128, 104, 88);

    private final int optionsSize;
    private final int querySize;
    private final int resultsSize;

    StructGeneration(int optionsSize, int querySize, int resultsSize) {
        this.optionsSize = optionsSize;
        this.querySize = querySize;
        this.resultsSize = resultsSize;
    }

    /** Bytes of {@code pomai_options_t}. */
    int optionsSize() {
        return optionsSize;
    }

    /** Bytes of {@code pomai_query_t}, the stride of a query array. */
    int querySize() {
        return querySize;
    }

    /** Bytes of {@code pomai_search_results_t}, the stride of the array that a batch search gives. */
    int resultsSize() {
        return resultsSize;
    }

    static Optional<StructGeneration> ofOptionsSize(int size) {
        for (var generation : values()) {
            if (generation.optionsSize == size) {
                return Optional.of(generation);
            }
        }
        return Optional.empty();
    }
}
