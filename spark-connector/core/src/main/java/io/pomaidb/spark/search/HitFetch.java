package io.pomaidb.spark.search;

import io.pomaidb.spark.row.FoundRows;
import io.pomaidb.spark.row.RowShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import scala.Tuple2;

/** Turns final hits into rows, in tasks that fetch what is asked for of each from the shard that has it. */
record HitFetch(IndexSearch search, Broadcast<SearchBatch> batch, SearchTally tally)
        implements FlatMapFunction<Tuple2<Integer, Iterable<Hit>>, InternalRow> {
    /** Rows fetched together: payload is read page by page, and many rows share a page. */
    private static final int ROWS_AT_ONCE = 1 << 14;

    @Override
    public Iterator<InternalRow> call(Tuple2<Integer, Iterable<Hit>> shard) throws IOException {
        HitColumns columns = search.columns();
        var view = search.view(search.index(), TaskContext.get().cpus());
        var rows = new ArrayList<InternalRow>();
        try (var searcher = view.searcher(shard._1())) {
            tally.add(searcher.cacheUse());
            RowShape shape = columns.fetched().orElseThrow();
            var hits = new ArrayList<Hit>();
            for (Hit hit : shard._2()) {
                hits.add(hit);
            }
            for (int from = 0; from < hits.size(); from += ROWS_AT_ONCE) {
                List<Hit> some = hits.subList(from, Math.min(hits.size(), from + ROWS_AT_ONCE));
                long[] ids = some.stream().mapToLong(Hit::id).toArray();
                List<InternalRow> found = FoundRows.of(searcher, ids, shape);
                for (int i = 0; i < ids.length; i++) {
                    Hit hit = some.get(i);
                    Object queryId = columns.withQueryId() ? batch.value().id(hit.query()) : null;
                    rows.add(columns.row(queryId, hit.rank(), hit.score(), (GenericInternalRow) found.get(i)));
                }
            }
        }
        return rows.iterator();
    }
}
