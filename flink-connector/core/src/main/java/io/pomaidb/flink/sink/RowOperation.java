package io.pomaidb.flink.sink;

/** What a row of a stream does to the index. */
public enum RowOperation {
    /** The row takes the place of the one with the same id, if there is one. */
    UPSERT,
    /** The row with the id goes; vector and payload are not looked at. */
    DELETE
}
