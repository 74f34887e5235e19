package io.pomaidb.flink.vectorsearch;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.flink.search.SearchSettings;
import io.pomaidb.flink.table.PomaiTableSource;
import io.pomaidb.flink.table.TableDefinition;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.VectorSearchTableSource;

/** A table that {@code VECTOR_SEARCH} can search, synchronously and asynchronously. The planner's, and not for users. */
final class SearchableTableSource extends PomaiTableSource implements VectorSearchTableSource {
    SearchableTableSource(TableDefinition table) {
        super(table);
    }

    private SearchableTableSource(SearchableTableSource other) {
        super(other);
    }

    @Override
    public VectorSearchRuntimeProvider getSearchRuntimeProvider(VectorSearchContext context) {
        int[][] searched = context.getSearchColumns();
        ShownColumn column = shape().column(searched[0][0]);
        if (searched.length != 1 || searched[0].length != 1 || column.kind() != ShownColumn.Kind.VECTOR) {
            throw new ConfigurationException("Cannot search column " + column.name()
                    + ": it is not the table's vector column (option vector_column names it)");
        }
        SearchSettings settings = RuntimeOptions.of(context.runtimeConfig()).over(searchSettings());
        return new SearchProvider(settings);
    }

    @Override
    public DynamicTableSource copy() {
        return new SearchableTableSource(this);
    }
}
