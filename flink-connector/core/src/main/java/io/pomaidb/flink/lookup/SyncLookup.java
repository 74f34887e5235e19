package io.pomaidb.flink.lookup;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;

/** Finds one row at a time, on the task's thread. Public because Flink's generated code calls it. */
public final class SyncLookup extends LookupFunction {
    private static final long serialVersionUID = 1L;

    private final LookupSettings settings;
    private transient RowLookup rows;

    /** A function for one join. */
    public SyncLookup(LookupSettings settings) {
        this.settings = settings;
    }

    @Override
    public void open(FunctionContext context) throws Exception {
        super.open(context);
        rows = new RowLookup(settings);
    }

    @Override
    public Collection<RowData> lookup(RowData key) throws IOException {
        return rows.find(List.of(key)).get(0);
    }

    @Override
    public void close() throws Exception {
        if (rows != null) {
            rows.close();
        }
        super.close();
    }
}
