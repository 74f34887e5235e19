package io.pomaidb.spark.search;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.search.Probes;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.ShardSearcher;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.TopK;
import io.pomaidb.spark.row.FoundRows;
import io.pomaidb.spark.row.RowShape;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A whole index as one task has opened it, each shard when the first query visits it. For one thread at a time.
 */
final class OpenIndex implements AutoCloseable {
    private final IndexSearch search;
    private final SearchTally tally;
    private final PomaiIndex index;
    private final SnapshotView view;
    private final List<Integer> shards;
    private final int firstShard;
    private final Map<Integer, ShardSearcher> searchers = new HashMap<>();
    private boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param index the search's
     * @param tally what searches are counted with at the end
     * @param cores threads of a search
     * @param firstShard the place of the shard that is visited first: tasks that begin together rather open different ones
     */
    OpenIndex(IndexSearch search, PomaiIndex index, SearchTally tally, int cores, int firstShard) throws IOException {
        this.search = search;
        this.tally = tally;
        this.index = index;
        this.view = search.view(index, cores);
        this.shards = search.shards();
        this.firstShard = firstShard;
    }

    /** An index that is open until the task ends. */
    static OpenIndex during(TaskContext task, IndexSearch search, SearchTally tally) throws IOException {
        var open = new OpenIndex(search, search.index(), tally, task.cpus(), task.partitionId());
        task.addTaskCompletionListener((TaskCompletionListener) ended -> open.close());
        return open;
    }

    boolean isClosed() {
        return closed;
    }

    private ShardSearcher searcher(int shard) throws IOException {
        ShardSearcher known = searchers.get(shard);
        if (known == null) {
            known = search.filter().on(view, shard).searcher(shard);
            searchers.put(shard, known);
        }
        return known;
    }

    /** The best hits of each query among the rows of all shards that it visits. */
    Hits[] search(QueryVectors queries) throws IOException {
        var best = new Hits[queries.size()];
        Arrays.fill(best, Hits.NONE);
        int k = search.topK();
        Probes probes = Probes.of(index, search.snapshot(), queries, search.options());
        for (int i = 0; i < shards.size(); i++) {
            int shard = shards.get((firstShard + i) % shards.size());
            int[] visitors = probes.queriesOf(shard);
            if (visitors.length > 0) {
                List<TopK> found = searcher(shard).search(queries, visitors, k);
                for (int j = 0; j < visitors.length; j++) {
                    best[visitors[j]] = Hits.merge(best[visitors[j]], Hits.of(found.get(j), shard), k);
                }
            }
        }
        return best;
    }

    /**
     * The rows of hits, best first.
     *
     * @param ids the id of each query; not asked where hits have none
     */
    InternalRow[][] rows(Hits[] hits, IntFunction<Object> ids) throws IOException {
        HitColumns columns = search.columns();
        var rows = new InternalRow[hits.length][];
        for (int query = 0; query < hits.length; query++) {
            rows[query] = new InternalRow[hits[query].size()];
        }
        if (columns.fetched().isPresent()) {
            fetch(hits, ids, columns.fetched().get(), rows);
            return rows;
        }
        for (int query = 0; query < hits.length; query++) {
            Object id = columns.withQueryId() ? ids.apply(query) : null;
            for (int rank = 0; rank < rows[query].length; rank++) {
                rows[query][rank] = columns.row(id, hits[query], rank);
            }
        }
        return rows;
    }

    /** Shard by shard, as pages of payload have many rows. */
    private void fetch(Hits[] hits, IntFunction<Object> ids, RowShape shape, InternalRow[][] rows) throws IOException {
        HitColumns columns = search.columns();
        for (Map.Entry<Integer, ShardSearcher> shard : searchers.entrySet()) {
            List<InternalRow> found = FoundRows.of(shard.getValue(), idsIn(shard.getKey(), hits), shape);
            int next = 0;
            for (int query = 0; query < hits.length; query++) {
                Object id = columns.withQueryId() ? ids.apply(query) : null;
                for (int rank = 0; rank < rows[query].length; rank++) {
                    if (hits[query].shard(rank) == shard.getKey()) {
                        var row = (GenericInternalRow) found.get(next++);
                        rows[query][rank] = columns.row(id, rank, hits[query].score(rank), row);
                    }
                }
            }
        }
    }

    private static long[] idsIn(int shard, Hits[] hits) {
        var ids = new long[Arrays.stream(hits).mapToInt(Hits::size).sum()];
        int count = 0;
        for (Hits some : hits) {
            for (int rank = 0; rank < some.size(); rank++) {
                if (some.shard(rank) == shard) {
                    ids[count++] = some.id(rank);
                }
            }
        }
        return Arrays.copyOf(ids, count);
    }

    /** Gives the segments back. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        for (ShardSearcher searcher : searchers.values()) {
            tally.add(searcher);
            searcher.close();
        }
        searchers.clear();
    }
}
