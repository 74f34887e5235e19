package io.pomaidb.flink.search;

import io.pomaidb.error.DataException;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableFunction;

/** Sends each query to every part of the shards. The record says which part, so that any task can search it after a rescale. */
final class QuerySpreading<Q> implements FlatMapFunction<Tuple3<Tuple2<Long, Long>, Long, Q>, PartQuery> {
    private static final long serialVersionUID = 1L;

    private final SerializableFunction<Q, float[]> vector;
    private final int parts;

    QuerySpreading(SerializableFunction<Q, float[]> vector, int parts) {
        this.vector = vector;
        this.parts = parts;
    }

    @Override
    public void flatMap(Tuple3<Tuple2<Long, Long>, Long, Q> query, Collector<PartQuery> out) {
        float[] components = vector.apply(query.f2);
        if (components == null) {
            throw new DataException(
                    "Cannot search for query " + query.f2 + ": its vector is null (accepted: queries with a vector)");
        }
        for (int part = 0; part < parts; part++) {
            var asked = new PartQuery();
            asked.run = query.f0.f0;
            asked.number = query.f0.f1;
            asked.version = query.f1;
            asked.part = part;
            asked.parts = parts;
            asked.vector = components.clone();
            out.collect(asked);
        }
    }
}
