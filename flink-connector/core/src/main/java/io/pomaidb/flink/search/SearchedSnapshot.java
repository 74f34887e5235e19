package io.pomaidb.flink.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.Probes;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.ShardSearcher;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.StoredRow;
import io.pomaidb.search.TopK;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** A snapshot with all or some of its shards open for searches. For one thread at a time. */
public final class SearchedSnapshot implements AutoCloseable {
    private final SnapshotView view;
    private final PomaiOptions options;

    /** Null where a shard has no rows or is not this one's. */
    private final ShardSearcher[] shards;

    /**
     * Opens shards, fetching segments that the cache does not hold.
     *
     * @param options of which {@code probes} counts
     * @param wanted which shards
     */
    public SearchedSnapshot(SnapshotView view, PomaiOptions options, IntPredicate wanted) throws IOException {
        this.view = view;
        this.options = options;
        Snapshot snapshot = view.snapshot();
        this.shards = new ShardSearcher[snapshot.shards()];
        boolean opened = false;
        try {
            for (var segment : snapshot.segments()) {
                int shard = segment.shard();
                if (segment.rows() > 0 && shards[shard] == null && wanted.test(shard)) {
                    shards[shard] = view.searcher(shard);
                }
            }
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /** The snapshot. */
    public Snapshot snapshot() {
        return view.snapshot();
    }

    /** The best {@code k} rows of the open shards for each query, or all where there are fewer. */
    public List<TopK> search(QueryVectors queries, int k) throws IOException {
        var merged = new TopK[queries.size()];
        Arrays.fill(merged, TopK.EMPTY);
        Probes probes = Probes.of(view.index(), snapshot(), queries, options);
        for (int shard = 0; shard < shards.length; shard++) {
            int[] visitors = probes.queriesOf(shard);
            if (shards[shard] == null || visitors.length == 0) {
                continue;
            }
            List<TopK> hits = shards[shard].search(queries, visitors, k);
            for (int i = 0; i < visitors.length; i++) {
                merged[visitors[i]] = TopK.merge(merged[visitors[i]], hits.get(i), k);
            }
        }
        return Arrays.asList(merged);
    }

    /**
     * The rows of hits of the open shards, each with its score as a double behind the columns.
     *
     * @param maker for rows of {@code shape}
     */
    public List<List<RowData>> rows(List<TopK> hits, RowShape shape, RowMaker maker) throws IOException {
        StoredRow[] stored = stored(hits, shape);
        var rows = new ArrayList<List<RowData>>(hits.size());
        int next = 0;
        for (TopK found : hits) {
            var of = new ArrayList<RowData>(found.size());
            for (int rank = 0; rank < found.size(); rank++) {
                StoredRow row = stored[next++];
                GenericRowData made =
                        maker.row(RowKind.INSERT, found.id(rank), row.vector(), row.payload(), row.segment(), 1);
                made.setField(shape.size(), (double) found.score(rank));
                of.add(made);
            }
            rows.add(of);
        }
        return rows;
    }

    /** What the open shards have of hits, one after the other, for the columns of a shape. */
    StoredRow[] stored(List<TopK> hits, RowShape shape) throws IOException {
        long[] ids = hits.stream()
                .flatMapToLong(found -> IntStream.range(0, found.size()).mapToLong(found::id))
                .toArray();
        var stored = new StoredRow[ids.length];
        boolean byHash = !snapshot().parameters().routing().isByCluster();
        var asked = new long[ids.length];
        var places = new int[ids.length];
        for (int shard = 0; shard < shards.length; shard++) {
            int count = 0;
            for (int i = 0; i < ids.length; i++) {
                if (stored[i] == null && (!byHash || Sharding.shardOf(ids[i], shards.length) == shard)) {
                    asked[count] = ids[i];
                    places[count++] = i;
                }
            }
            if (count > 0 && shards[shard] != null) {
                List<StoredRow> found =
                        shards[shard].rows(Arrays.copyOf(asked, count), shape.stored(), shape.hasVector());
                for (int i = 0; i < count; i++) {
                    stored[places[i]] = found.get(i);
                }
            }
        }
        return stored;
    }

    /** Gives the segments back to the cache. A second call does nothing. */
    @Override
    public void close() {
        for (int shard = 0; shard < shards.length; shard++) {
            ShardSearcher closing = shards[shard];
            shards[shard] = null;
            if (closing != null) {
                closing.close();
            }
        }
    }
}
