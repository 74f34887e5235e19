package io.pomaidb.engine;

/** How a native database compares vectors. Scores are higher for better hits under both. */
public enum Metric {
    /** The score is minus the squared Euclidean distance. */
    L2(0),
    /** The score is the dot product. */
    INNER_PRODUCT(1);

    private final int code;

    Metric(int code) {
        this.code = code;
    }

    /** The number in {@code pomai_options_t}. */
    int code() {
        return code;
    }
}
