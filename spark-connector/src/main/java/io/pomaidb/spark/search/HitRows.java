package io.pomaidb.spark.search;

import io.pomaidb.index.IdType;
import io.pomaidb.search.TopK;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.Tuple2;

/**
 * Turns the merged hits of a query into rows.
 *
 * @param batch where the queries' ids stand
 * @param withQueryId whether rows begin with the query's id
 * @param idType how the ids of hits are shown
 */
record HitRows(Broadcast<SearchBatch> batch, boolean withQueryId, IdType idType)
        implements FlatMapFunction<Tuple2<Integer, TopK>, Row> {
    @Override
    public Iterator<Row> call(Tuple2<Integer, TopK> merged) {
        var hits = merged._2();
        var queryId = batch.value().id(merged._1());
        return IntStream.range(0, hits.size())
                .mapToObj(hit -> row(queryId, hits, hit))
                .iterator();
    }

    private Row row(Object queryId, TopK hits, int hit) {
        Object rank = hit + 1;
        // No conditional expression here: it would widen the int to a long.
        Object id = hits.id(hit);
        if (idType == IdType.INT) {
            id = (int) hits.id(hit);
        }
        Object score = hits.score(hit);
        return withQueryId ? RowFactory.create(queryId, rank, id, score) : RowFactory.create(rank, id, score);
    }
}
