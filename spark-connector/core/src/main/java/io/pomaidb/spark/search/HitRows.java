package io.pomaidb.spark.search;

import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
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
                .mapToObj(rank -> columns.row(queryId, hits, rank))
                .iterator();
    }
}
