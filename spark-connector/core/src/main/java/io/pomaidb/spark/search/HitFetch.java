package io.pomaidb.spark.search;

import io.pomaidb.search.ShardSearcher;
import io.pomaidb.spark.row.FoundRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/** Turns the final hits in one shard into rows, in the task that fetches what is asked for of each. */
record HitFetch(IndexSearch search, Broadcast<SearchBatch> batch, SearchTally tally)
        implements FlatMapFunction<Iterator<Tuple2<Integer, Hit>>, InternalRow> {
    @Override
    public Iterator<InternalRow> call(Iterator<Tuple2<Integer, Hit>> hits) throws IOException {
        if (!hits.hasNext()) {
            return Collections.emptyIterator();
        }
        Tuple2<Integer, Hit> first = hits.next();
        var task = TaskContext.get();
        var searcher = search.view(search.index(), task.cpus()).searcher(first._1());
        task.addTaskCompletionListener((TaskCompletionListener) ended -> {
            tally.add(searcher.cacheUse());
            searcher.close();
        });
        return new Fetched(search, searcher, batch.value(), first._2(), hits);
    }

    /** Rows of hits, fetched some at a time, as Spark takes them. */
    private static final class Fetched implements Iterator<InternalRow> {
        private final IndexSearch search;
        private final ShardSearcher searcher;
        private final SearchBatch batch;
        private final Iterator<Tuple2<Integer, Hit>> hits;

        /** Taken from the iterator, and not fetched. */
        private final List<Hit> taken = new ArrayList<>();

        private final int atOnce;
        private Iterator<InternalRow> found = Collections.emptyIterator();

        Fetched(
                IndexSearch search,
                ShardSearcher searcher,
                SearchBatch batch,
                Hit first,
                Iterator<Tuple2<Integer, Hit>> others) {
            this.search = search;
            this.searcher = searcher;
            this.batch = batch;
            this.taken.add(first);
            this.hits = others;
            this.atOnce = search.hitsAtOnce();
        }

        @Override
        public boolean hasNext() {
            if (!found.hasNext() && (!taken.isEmpty() || hits.hasNext())) {
                while (taken.size() < atOnce && hits.hasNext()) {
                    taken.add(hits.next()._2());
                }
                found = rows().iterator();
                taken.clear();
            }
            return found.hasNext();
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all hits of the shard were fetched");
            }
            return found.next();
        }

        private List<InternalRow> rows() {
            HitColumns columns = search.columns();
            long[] ids = taken.stream().mapToLong(Hit::id).toArray();
            List<InternalRow> stored;
            try {
                stored = FoundRows.of(searcher, ids, columns.fetched().orElseThrow());
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "Cannot fetch the rows of " + ids.length + " hits in index " + search.path(), e);
            }
            var rows = new ArrayList<InternalRow>(ids.length);
            for (int i = 0; i < ids.length; i++) {
                Hit hit = taken.get(i);
                Object queryId = columns.withQueryId() ? batch.id(hit.query()) : null;
                rows.add(columns.row(queryId, hit.rank(), hit.score(), (GenericInternalRow) stored.get(i)));
            }
            return rows;
        }
    }
}
