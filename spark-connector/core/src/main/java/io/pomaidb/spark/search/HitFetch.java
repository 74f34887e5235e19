package io.pomaidb.spark.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.spark.row.FoundRows;
import io.pomaidb.spark.row.RowShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** Turns final hits into rows, in tasks that fetch what is asked for of each from the shard that has it. */
record HitFetch(
        String path,
        Snapshot snapshot,
        PomaiOptions options,
        SerializableConfiguration configuration,
        Broadcast<SearchBatch> batch,
        HitColumns columns)
        implements FlatMapFunction<Tuple2<Integer, Iterable<Hit>>, InternalRow> {
    /** Rows fetched together: payload is read page by page, and many rows share a page. */
    private static final int ROWS_AT_ONCE = 1 << 14;

    @Override
    public Iterator<InternalRow> call(Tuple2<Integer, Iterable<Hit>> shard) throws IOException {
        var index = PomaiIndex.at(new Path(path), configuration.value());
        var view = SnapshotView.of(index, snapshot, options, TaskContext.get().cpus());
        var rows = new ArrayList<InternalRow>();
        try (var searcher = view.searcher(shard._1())) {
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
                    rows.add(row(some.get(i), (GenericInternalRow) found.get(i)));
                }
            }
        }
        return rows.iterator();
    }

    private InternalRow row(Hit hit, GenericInternalRow found) {
        Object queryId = columns.withQueryId() ? batch.value().id(hit.query()) : null;
        return row(columns, queryId, hit.rank(), hit.score(), found);
    }

    /**
     * The row of a hit.
     *
     * @param rank 0 being the best
     * @param found its id, and what else was fetched
     */
    static GenericInternalRow row(HitColumns columns, Object queryId, int rank, float score, GenericInternalRow found) {
        var cells = new Object[columns.schema().size()];
        int at = 0;
        if (columns.withQueryId()) {
            cells[at++] = queryId;
        }
        cells[at++] = rank + 1;
        cells[at++] = found.genericGet(0);
        cells[at++] = score;
        for (int i = 1; i < found.numFields(); i++) {
            cells[at++] = found.genericGet(i);
        }
        return new GenericInternalRow(cells);
    }

    /** Without the configuration, which may hold secrets. */
    @Override
    public String toString() {
        return "rows of hits in " + path;
    }
}
