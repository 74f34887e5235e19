package io.pomaidb.flink.vectorsearch;

import io.pomaidb.flink.search.SearchSettings;
import org.apache.flink.table.connector.source.search.AsyncVectorSearchFunctionProvider;
import org.apache.flink.table.connector.source.search.VectorSearchFunctionProvider;
import org.apache.flink.table.functions.AsyncVectorSearchFunction;
import org.apache.flink.table.functions.VectorSearchFunction;

/** Offers both functions: the planner takes the asynchronous one unless the query says otherwise. */
final class SearchProvider implements VectorSearchFunctionProvider, AsyncVectorSearchFunctionProvider {
    private final SearchSettings settings;

    SearchProvider(SearchSettings settings) {
        this.settings = settings;
    }

    @Override
    public VectorSearchFunction createVectorSearchFunction() {
        return new SyncSearchFunction(settings, null);
    }

    @Override
    public AsyncVectorSearchFunction createAsyncVectorSearchFunction() {
        return new AsyncSearchFunction(settings, null);
    }
}
