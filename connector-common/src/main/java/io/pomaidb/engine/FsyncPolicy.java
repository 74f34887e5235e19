package io.pomaidb.engine;

/** When a native database makes what was put durable. */
public enum FsyncPolicy {
    /** At freeze: what is not frozen is lost in a crash. */
    NEVER(0),
    /** When putBatch returns. */
    ALWAYS(1);

    private final int code;

    FsyncPolicy(int code) {
        this.code = code;
    }

    /** The number in {@code pomai_options_t}. */
    int code() {
        return code;
    }
}
