package io.pomaidb.spark.search;

import io.pomaidb.search.QueryVectors;
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
final class ShardHits implements Iterator<Tuple2<Integer, TopK>> {
    private static final int MOST_HITS = 1 << 20;

    private final ShardSearcher searcher;
    private final QueryVectors queries;
    private final SearchTask task;
    private final int k;
    private final int queriesAtOnce;

    private Iterator<TopK> found = Collections.emptyIterator();

    /** The query whose hits come next, and the first that is not searched yet. */
    private int query;

    private int unsearched;

    ShardHits(ShardSearcher searcher, QueryVectors queries, SearchTask task, int k) {
        this.searcher = searcher;
        this.queries = queries;
        this.task = task;
        this.k = k;
        this.queriesAtOnce = Math.max(1, MOST_HITS / k);
        this.query = task.from();
        this.unsearched = task.from();
    }

    @Override
    public boolean hasNext() {
        return query < task.to();
    }

    @Override
    public Tuple2<Integer, TopK> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all queries of the task were searched");
        }
        if (!found.hasNext()) {
            int end = (int) Math.min(task.to(), (long) unsearched + queriesAtOnce);
            found = searcher.search(queries, unsearched, end, k).iterator();
            unsearched = end;
        }
        return new Tuple2<>(query++, found.next());
    }
}
