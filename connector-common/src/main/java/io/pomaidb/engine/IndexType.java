package io.pomaidb.engine;

/** How a native database indexes the segments that are too large for an exact scan. */
public enum IndexType {
    /** Inverted lists: the ABI's own default. */
    IVF(0),
    /** A proximity graph: the connectors' default, as it is the Python package's. */
    HNSW(1);

    private final int code;

    IndexType(int code) {
        this.code = code;
    }

    /** The number in {@code pomai_options_t}. */
    int code() {
        return code;
    }
}
