package io.pomaidb.spark.search;

import io.pomaidb.index.IdType;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import scala.Tuple2;

/**
 * Turns the merged hits of a query into rows that have nothing of the index besides the id.
 *
 * @param batch where the queries' ids stand
 * @param columns the columns of the rows
 */
record HitRows(Broadcast<SearchBatch> batch, HitColumns columns)
        implements FlatMapFunction<Tuple2<Integer, Hits>, InternalRow> {
    @Override
    public Iterator<InternalRow> call(Tuple2<Integer, Hits> merged) {
        var hits = merged._2();
        var queryId = batch.value().id(merged._1());
        return IntStream.range(0, hits.size())
                .mapToObj(rank -> (InternalRow) row(columns, queryId, hits, rank))
                .iterator();
    }

    /** The row of the hit at a rank, 0 being the best. */
    static GenericInternalRow row(HitColumns columns, Object queryId, Hits hits, int rank) {
        // No conditional expression here: it would widen the int to a long.
        Object id = hits.id(rank);
        if (columns.idType() == IdType.INT) {
            id = (int) hits.id(rank);
        }
        Object[] cells = columns.withQueryId()
                ? new Object[] {queryId, rank + 1, id, hits.score(rank)}
                : new Object[] {rank + 1, id, hits.score(rank)};
        return new GenericInternalRow(cells);
    }
}
