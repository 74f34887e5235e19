package io.pomaidb.flink.vectorsearch;

import io.pomaidb.flink.table.PomaiTableSource;
import io.pomaidb.flink.table.TableDefinition;
import io.pomaidb.flink.table.TableSourceMaker;

/** Makes tables that {@code VECTOR_SEARCH} can search. The table factory finds it as a service. */
public final class SearchableTables implements TableSourceMaker {
    @Override
    public PomaiTableSource source(TableDefinition table) {
        return new SearchableTableSource(table);
    }
}
