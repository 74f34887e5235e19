package io.pomaidb.flink.table;

/**
 * Makes the sources of tables where a version of Flink can do more with them than all versions can. An implementation is
 * found as a service.
 */
public interface TableSourceMaker {
    /** A source of a table. */
    PomaiTableSource source(TableDefinition table);
}
