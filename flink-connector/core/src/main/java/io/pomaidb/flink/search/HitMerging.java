package io.pomaidb.flink.search;

import io.pomaidb.search.TopK;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

/** Merges the hits that the parts have for a query, and gives them out when all are there. */
final class HitMerging<Q>
        extends KeyedCoProcessFunction<
                Tuple2<Long, Long>, Tuple3<Tuple2<Long, Long>, Long, Q>, PartHits, Tuple2<Q, PartHits>> {
    private static final long serialVersionUID = 1L;

    private final TypeInformation<Q> queryType;
    private final TypeInformation<PartHits> hitsType;
    private final int k;
    private transient ValueState<Q> query;
    private transient ValueState<PartHits> merged;

    HitMerging(TypeInformation<Q> queryType, TypeInformation<PartHits> hitsType, int k) {
        this.hitsType = hitsType;
        this.queryType = queryType;
        this.k = k;
    }

    @Override
    public void open(OpenContext context) {
        query = getRuntimeContext().getState(new ValueStateDescriptor<>("query", queryType));
        // Its parts are those that are missing.
        merged = getRuntimeContext().getState(new ValueStateDescriptor<>("hits", hitsType));
    }

    @Override
    public void processElement1(
            Tuple3<Tuple2<Long, Long>, Long, Q> asked, Context context, Collector<Tuple2<Q, PartHits>> out)
            throws Exception {
        query.update(asked.f2);
        giveOut(out);
    }

    @Override
    public void processElement2(PartHits part, Context context, Collector<Tuple2<Q, PartHits>> out) throws Exception {
        PartHits before = merged.value();
        PartHits all = before == null ? part : merge(before, part, k);
        all.parts = (before == null ? part.parts : before.parts) - 1;
        merged.update(all);
        giveOut(out);
    }

    /** Where one part has the best of all shards, of a version of its own, that is the answer. Gives one of the two. */
    static PartHits merge(PartHits before, PartHits part, int k) {
        if (before.whole || part.whole) {
            return before.whole ? before : part;
        }
        TopK all = TopK.merge(TopK.ofSorted(before.ids, before.scores), TopK.ofSorted(part.ids, part.scores), k);
        if (part.keys != null) {
            part.keys = inOrder(all, before, part, hits -> hits.keys, String[]::new);
        }
        if (part.rows != null) {
            part.rows = inOrder(all, before, part, hits -> hits.rows, Row[]::new);
        }
        part.ids = all.ids();
        part.scores = all.scores();
        return part;
    }

    /** What belongs to the ids of both. No id is in two parts. */
    private static <T> T[] inOrder(
            TopK all, PartHits before, PartHits part, Function<PartHits, T[]> of, IntFunction<T[]> array) {
        var known = new HashMap<Long, T>();
        for (PartHits hits : List.of(before, part)) {
            for (int i = 0; i < hits.ids.length; i++) {
                known.put(hits.ids[i], of.apply(hits)[i]);
            }
        }
        T[] ordered = array.apply(all.size());
        Arrays.setAll(ordered, rank -> known.get(all.id(rank)));
        return ordered;
    }

    private void giveOut(Collector<Tuple2<Q, PartHits>> out) throws Exception {
        PartHits hits = merged.value();
        Q asked = query.value();
        if (asked != null && hits != null && hits.parts == 0) {
            out.collect(Tuple2.of(asked, hits));
            query.clear();
            merged.clear();
        }
    }
}
