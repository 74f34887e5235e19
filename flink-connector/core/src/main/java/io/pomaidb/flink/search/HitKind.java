package io.pomaidb.flink.search;

/** What hits are given as. */
enum HitKind {
    /** Ids, which have to be numbers. */
    IDS,
    /** The strings that ids are hashes of. */
    KEYS,
    /** Rows with ids of either kind. */
    ROWS
}
