package io.pomaidb.write;

/** What a write does with what the index holds already. */
public enum WriteMode {
    /** The index must not exist, also not at the commit. */
    CREATE,
    /** Rows are added, and replace those of the same ids; the index is created if it does not exist. */
    APPEND,
    /** All rows and the index's parameters are replaced; the index is created if it does not exist. */
    OVERWRITE
}
