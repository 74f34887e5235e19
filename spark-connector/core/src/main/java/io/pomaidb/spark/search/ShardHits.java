package io.pomaidb.spark.search;

import io.pomaidb.search.ShardSearcher;
import io.pomaidb.search.TopK;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/**
 * The hits of one task, by the numbers of their queries. They are searched some queries at a time, as Spark takes them,
 * so that a task need not hold all.
 */
final class ShardHits implements Iterator<Tuple2<Integer, Hits>> {
    private static final int MOST_HITS = 1 << 20;

    private final ShardSearcher searcher;
    private final SearchBatch batch;
    private final SearchTask task;
    private final int k;
    private final int queriesAtOnce;

    /** The queries that were searched last, their hits, and how many of these were taken. */
    private int[] queries = new int[0];

    private Iterator<TopK> found = Collections.emptyIterator();
    private int taken;

    /** The first of the task's queries that is not searched yet. */
    private int unsearched;

    ShardHits(ShardSearcher searcher, SearchBatch batch, SearchTask task, int k) {
        this.searcher = searcher;
        this.batch = batch;
        this.task = task;
        this.k = k;
        this.queriesAtOnce = Math.max(1, MOST_HITS / k);
        this.unsearched = task.from();
    }

    @Override
    public boolean hasNext() {
        return taken < queries.length || unsearched < task.to();
    }

    @Override
    public Tuple2<Integer, Hits> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all queries of the task were searched");
        }
        if (taken == queries.length) {
            int end = (int) Math.min(task.to(), (long) unsearched + queriesAtOnce);
            queries = batch.visitors(task.shard(), unsearched, end);
            found = searcher.search(batch.vectors(), queries, k).iterator();
            taken = 0;
            unsearched = end;
        }
        return new Tuple2<>(queries[taken++], Hits.of(found.next(), task.shard()));
    }
}
