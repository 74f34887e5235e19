package io.pomaidb.search;

import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Finds rows of a snapshot by their ids. Shards are opened when they are first asked, and stay so until {@link #close}. For
 * one thread.
 */
public final class SnapshotRows implements AutoCloseable {
    private static final StoredRow[] NO_ROWS = new StoredRow[0];

    private final SnapshotView view;
    private final List<String> columns;
    private final boolean vectors;
    private final ShardSearcher[] shards;

    /**
     * A finder of the rows that a view shows.
     *
     * @param columns as {@link ShardSearcher#rows} has them
     * @param vectors whether vectors are wanted
     */
    public SnapshotRows(SnapshotView view, List<String> columns, boolean vectors) {
        this.view = view;
        this.columns = List.copyOf(columns);
        this.vectors = vectors;
        this.shards = new ShardSearcher[view.snapshot().shards()];
    }

    /**
     * The rows of some ids.
     *
     * @param ids in any order, also twice
     * @return the row of each id; null where the view shows none
     * @throws io.pomaidb.error.ConfigurationException if the index has no column of a name
     * @throws io.pomaidb.error.DataException if a file is missing or damaged; it names the file
     */
    public List<StoredRow> find(long... ids) throws IOException {
        var found = new StoredRow[ids.length];
        Snapshot snapshot = view.snapshot();
        if (snapshot.parameters().routing().isByCluster()) {
            for (int shard = 0; shard < shards.length; shard++) {
                put(found, shard, ids, all(ids.length));
            }
            return Arrays.asList(found);
        }
        var places = new int[shards.length][];
        var counts = new int[shards.length];
        for (int i = 0; i < ids.length; i++) {
            int shard = Sharding.shardOf(ids[i], shards.length);
            if (places[shard] == null) {
                places[shard] = new int[Math.min(ids.length, 16)];
            } else if (places[shard].length == counts[shard]) {
                places[shard] = Arrays.copyOf(places[shard], 2 * counts[shard]);
            }
            places[shard][counts[shard]++] = i;
        }
        for (int shard = 0; shard < shards.length; shard++) {
            if (counts[shard] > 0) {
                put(found, shard, ids, Arrays.copyOf(places[shard], counts[shard]));
            }
        }
        return Arrays.asList(found);
    }

    private static int[] all(int count) {
        var all = new int[count];
        Arrays.setAll(all, i -> i);
        return all;
    }

    private void put(StoredRow[] found, int shard, long[] ids, int[] places) throws IOException {
        var wanted = new long[places.length];
        Arrays.setAll(wanted, i -> ids[places[i]]);
        if (shards[shard] == null) {
            shards[shard] = view.searcher(shard);
        }
        StoredRow[] rows = shards[shard].rows(wanted, columns, vectors).toArray(NO_ROWS);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] != null) {
                found[places[i]] = rows[i];
            }
        }
    }

    /** Gives the segments back to the cache. A second call does nothing. */
    @Override
    public void close() {
        for (int i = 0; i < shards.length; i++) {
            ShardSearcher closing = shards[i];
            shards[i] = null;
            if (closing != null) {
                closing.close();
            }
        }
    }
}
