package io.pomaidb.spark.row;

import io.pomaidb.search.ShardSearcher;
import io.pomaidb.search.StoredRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;

/** Fetches rows that a search found in a shard. */
public final class FoundRows {
    private FoundRows() {}

    /** The rows of some ids, which the searcher has found. */
    public static List<InternalRow> of(ShardSearcher searcher, long[] ids, RowShape shape) throws IOException {
        List<StoredRow> stored = searcher.rows(ids, shape.payload(), shape.hasVector());
        var rows = new ArrayList<InternalRow>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            rows.add(shape.row(new FoundRow(ids[i], stored.get(i))));
        }
        return rows;
    }
}
