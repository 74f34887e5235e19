package io.pomaidb.flink.lookup;

import io.pomaidb.flink.search.Together;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncLookupFunction;
import org.apache.flink.table.functions.FunctionContext;

/** Finds rows that are asked for together together, on a thread of its own. Public because Flink's generated code calls it. */
public final class AsyncLookup extends AsyncLookupFunction {
    private static final long serialVersionUID = 1L;

    private final LookupSettings settings;
    private transient RowLookup rows;
    private transient Together<RowData, Collection<RowData>> together;

    /** A function for one join. */
    public AsyncLookup(LookupSettings settings) {
        this.settings = settings;
    }

    @Override
    public void open(FunctionContext context) throws Exception {
        super.open(context);
        rows = new RowLookup(settings);
        together = new Together<>("pomaidb-lookup", settings.search().batch(), this::answer);
    }

    @Override
    public CompletableFuture<Collection<RowData>> asyncLookup(RowData key) {
        try {
            return together.ask(key);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        }
    }

    private void answer(List<Together.Asked<RowData, Collection<RowData>>> asked) throws IOException {
        List<Collection<RowData>> found =
                rows.find(asked.stream().map(Together.Asked::question).toList());
        for (int i = 0; i < asked.size(); i++) {
            asked.get(i).answer().complete(found.get(i));
        }
    }

    @Override
    public void close() throws Exception {
        if (together != null) {
            together.close();
        }
        if (rows != null) {
            rows.close();
        }
        super.close();
    }
}
