package io.pomaidb.spark.search;

import io.pomaidb.search.Probes;
import io.pomaidb.search.QueryVectors;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The queries of one broadcast, their ids, and which shards they visit. */
final class SearchBatch implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Object[] ids;
    private final QueryVectors vectors;

    /** Of each shard the queries that visit it; null where all visit all. */
    private final int[][] visits;

    private SearchBatch(Object[] ids, QueryVectors vectors, int[][] visits) {
        this.ids = ids;
        this.vectors = vectors;
        this.visits = visits;
    }

    /** Takes the ids over; they stand in the order of the vectors, which have been checked. */
    SearchBatch(Object[] ids, QueryVectors vectors) {
        this(ids, vectors, null);
    }

    /** The same, with each query visiting the shards that are nearest to it. */
    SearchBatch visiting(Probes probes, int shards) {
        return new SearchBatch(
                ids,
                vectors,
                IntStream.range(0, shards).mapToObj(probes::queriesOf).toArray(int[][]::new));
    }

    /** Some of the queries, each with all shards to visit. */
    SearchBatch part(int from, int to) {
        return from == 0 && to == ids.length
                ? this
                : new SearchBatch(Arrays.copyOfRange(ids, from, to), vectors.part(from, to));
    }

    int size() {
        return ids.length;
    }

    /** The id as Spark's internal rows hold it; null for the one query that has none. */
    Object id(int query) {
        return ids[query];
    }

    QueryVectors vectors() {
        return vectors;
    }

    /** Number of queries that visit a shard. */
    int visitors(int shard) {
        return visits == null ? ids.length : visits[shard].length;
    }

    /** Some of the queries that visit a shard. */
    int[] visitors(int shard, int from, int to) {
        return visits == null ? IntStream.range(from, to).toArray() : Arrays.copyOfRange(visits[shard], from, to);
    }
}
