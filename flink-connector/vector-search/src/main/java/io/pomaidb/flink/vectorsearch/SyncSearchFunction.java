package io.pomaidb.flink.vectorsearch;

import io.pomaidb.flink.row.ArrayVector;
import io.pomaidb.flink.search.Query;
import io.pomaidb.flink.search.SearchSettings;
import io.pomaidb.flink.search.VectorSearcher;
import java.io.IOException;
import java.util.Collection;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.functions.VectorSearchFunction;
import org.apache.flink.table.types.logical.LogicalType;

/** Searches for one query at a time, on the task's thread. Public because Flink's generated code calls it. */
public final class SyncSearchFunction extends VectorSearchFunction implements SpecializedFunction {
    private static final long serialVersionUID = 1L;

    private final SearchSettings settings;

    /** Null until the planner tells. */
    private final LogicalType queryType;

    private transient VectorSearcher searcher;
    private transient ArrayVector vector;

    SyncSearchFunction(SearchSettings settings, LogicalType queryType) {
        this.settings = settings;
        this.queryType = queryType;
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new SyncSearchFunction(settings, QueryType.of(context));
    }

    @Override
    public void open(FunctionContext context) throws Exception {
        super.open(context);
        vector = ArrayVector.of(QueryType.COLUMN, queryType);
        searcher = new VectorSearcher(settings, "pomaidb-refresh");
    }

    @Override
    public Collection<RowData> vectorSearch(int topK, RowData queryData) throws IOException {
        return searcher.search(Query.of(QueryType.COLUMN, vector.of(queryData.getArray(0))), topK);
    }

    @Override
    public void close() throws Exception {
        if (searcher != null) {
            searcher.close();
        }
        super.close();
    }
}
