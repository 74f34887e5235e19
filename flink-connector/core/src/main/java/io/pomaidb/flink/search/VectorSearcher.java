package io.pomaidb.flink.search;

import io.pomaidb.error.DataException;
import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.search.QueryVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.flink.table.data.RowData;

/**
 * Searches the latest snapshot of an index, and gives the rows of the hits, best first, with their scores. For one thread at
 * a time.
 */
public final class VectorSearcher implements AutoCloseable {
    private final SearchSettings settings;
    private final RowMaker maker;
    private final Following<SearchedSnapshot> snapshot;

    /**
     * Opens the index.
     *
     * @param name of the thread that looks for commits
     * @throws io.pomaidb.error.ConfigurationException if there is no index, or it lacks a column
     */
    public VectorSearcher(SearchSettings settings, String name) throws IOException {
        this.settings = settings;
        this.maker = new RowMaker(settings.shape());
        this.snapshot = new Following<>(
                settings.access(),
                view -> {
                    settings.shape().check(view.snapshot());
                    return new SearchedSnapshot(view, settings.access().options(), shard -> true);
                },
                name,
                settings.refresh(),
                settings.retries());
    }

    /**
     * The rows of the best {@code k} hits of a query.
     *
     * @throws DataException if the query's vector cannot be searched for
     */
    public Collection<RowData> search(Query query, int k) throws IOException {
        var faults = new DataException[1];
        Collection<RowData> rows = search(List.of(query), k, faults).get(0);
        if (faults[0] != null) {
            throw faults[0];
        }
        return rows;
    }

    /**
     * The rows of the best {@code k} hits of each query, of all found together.
     *
     * @param faults of each query that cannot be searched for, why; its rows are null
     */
    public List<Collection<RowData>> search(List<Query> queries, int k, DataException[] faults) throws IOException {
        return snapshot.ask(opened -> {
            QueryVectors.Builder builder =
                    QueryVectors.builder(opened.snapshot().parameters(), "column_to_query");
            Arrays.fill(faults, null);
            for (int i = 0; i < faults.length; i++) {
                try {
                    builder.add(Integer.toString(i), queries.get(i).vector());
                } catch (DataException e) {
                    faults[i] = e;
                }
            }
            var found = opened.rows(opened.search(builder.build(), k), settings.shape(), maker)
                    .iterator();
            var rows = new ArrayList<Collection<RowData>>(faults.length);
            for (DataException fault : faults) {
                rows.add(fault == null ? found.next() : null);
            }
            return rows;
        });
    }

    @Override
    public void close() {
        snapshot.close();
    }
}
