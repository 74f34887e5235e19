package io.pomaidb.flink.vectorsearch;

import io.pomaidb.error.DataException;
import io.pomaidb.flink.row.ArrayVector;
import io.pomaidb.flink.search.Query;
import io.pomaidb.flink.search.SearchSettings;
import io.pomaidb.flink.search.Together;
import io.pomaidb.flink.search.VectorSearcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncVectorSearchFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * Searches for queries that arrive together in one native call, on threads of its own: as many as option search_threads says,
 * each with the index open for itself. Public because Flink's generated code calls it.
 */
public final class AsyncSearchFunction extends AsyncVectorSearchFunction implements SpecializedFunction {
    private static final long serialVersionUID = 1L;

    private final SearchSettings settings;

    /** Null until the planner tells. */
    private final LogicalType queryType;

    private transient List<VectorSearcher> searchers;
    private transient ArrayVector vector;
    private transient Together<Asking, Collection<RowData>> together;

    AsyncSearchFunction(SearchSettings settings, LogicalType queryType) {
        this.settings = settings;
        this.queryType = queryType;
    }

    /** A query and how many hits are wanted, which is the same for all queries of a call in SQL. */
    private record Asking(Query query, int topK) {}

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new AsyncSearchFunction(settings, QueryType.of(context));
    }

    @Override
    public void open(FunctionContext context) throws Exception {
        super.open(context);
        vector = ArrayVector.of(QueryType.COLUMN, queryType);
        searchers = new ArrayList<>();
        var answerers = new ArrayList<Together.Answerer<Asking, Collection<RowData>>>();
        SearchSettings one = settings.ofOneThread();
        for (int thread = 0; thread < settings.threads(); thread++) {
            var searcher = new VectorSearcher(one, "pomaidb-refresh");
            searchers.add(searcher);
            answerers.add(asked -> answer(searcher, asked));
        }
        together = new Together<>("pomaidb-search", settings.batch(), answerers);
    }

    @Override
    public CompletableFuture<Collection<RowData>> asyncVectorSearch(int topK, RowData queryData) {
        try {
            Query query = Query.of(QueryType.COLUMN, vector.of(queryData.getArray(0)));
            return together.ask(new Asking(query, topK));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void answer(VectorSearcher searcher, List<Together.Asked<Asking, Collection<RowData>>> asked)
            throws IOException {
        var faults = new DataException[asked.size()];
        List<Query> queries =
                asked.stream().map(each -> each.question().query()).toList();
        List<Collection<RowData>> rows =
                searcher.search(queries, asked.get(0).question().topK(), faults);
        for (int i = 0; i < faults.length; i++) {
            if (faults[i] == null) {
                asked.get(i).answer().complete(rows.get(i));
            } else {
                asked.get(i).answer().completeExceptionally(faults[i]);
            }
        }
    }

    @Override
    public void close() throws Exception {
        if (together != null) {
            together.close();
        }
        if (searchers != null) {
            searchers.forEach(VectorSearcher::close);
        }
        super.close();
    }
}
