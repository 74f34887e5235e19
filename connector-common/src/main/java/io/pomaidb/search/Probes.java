package io.pomaidb.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which shards each query of a batch visits: all that have rows, or in an index that is sharded by cluster, the nearest of
 * them, as many as option {@code probes} says. Immutable.
 */
public final class Probes {
    private final List<int[]> queries;

    private Probes(List<int[]> queries) {
        this.queries = queries;
    }

    /**
     * Decides on the visits.
     *
     * @param options of which {@code probes} counts
     * @throws io.pomaidb.error.DataException if the centroids are missing or damaged
     */
    public static Probes of(PomaiIndex index, Snapshot snapshot, QueryVectors queries, PomaiOptions options)
            throws IOException {
        var hasRows = new boolean[snapshot.shards()];
        for (Segment segment : snapshot.segments()) {
            hasRows[segment.shard()] |= segment.rows() > 0;
        }
        Optional<Centroids> centroids =
                options.probes() == 0 ? Optional.empty() : index.centroids(snapshot.parameters());
        if (centroids.isEmpty()) {
            int[] all = IntStream.range(0, queries.size()).toArray();
            return new Probes(IntStream.range(0, hasRows.length)
                    .mapToObj(shard -> hasRows[shard] ? all : new int[0])
                    .toList());
        }
        return new Probes(nearest(snapshot, queries, options.probes(), hasRows, centroids.get()));
    }

    private static List<int[]> nearest(
            Snapshot snapshot, QueryVectors queries, int probes, boolean[] hasRows, Centroids centroids) {
        int empty = 0;
        for (boolean has : hasRows) {
            empty += has ? 0 : 1;
        }
        var visitors = new int[hasRows.length][4];
        var counts = new int[hasRows.length];
        for (int query = 0; query < queries.size(); query++) {
            int visited = 0;
            for (int shard : centroids.nearest(queries.vector(query), probes + empty, snapshot.metric())) {
                if (hasRows[shard] && visited++ < probes) {
                    if (counts[shard] == visitors[shard].length) {
                        visitors[shard] = Arrays.copyOf(visitors[shard], 2 * counts[shard]);
                    }
                    visitors[shard][counts[shard]++] = query;
                }
            }
        }
        return IntStream.range(0, hasRows.length)
                .mapToObj(shard -> Arrays.copyOf(visitors[shard], counts[shard]))
                .toList();
    }

    /** The queries that visit a shard, ascending; not to be changed. */
    public int[] queriesOf(int shard) {
        return queries.get(shard);
    }
}
