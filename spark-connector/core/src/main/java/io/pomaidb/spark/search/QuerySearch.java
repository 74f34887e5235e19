package io.pomaidb.spark.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;

/** What a task runs that searches all shards for some queries, whose hits are then complete. */
record QuerySearch(IndexSearch search, SearchTally tally)
        implements FlatMapFunction<Iterator<SearchBatch>, InternalRow> {
    private static final int MOST_HITS = 1 << 18;

    /** Fetched rows may be large. */
    private static final int MOST_FETCHED = 1 << 14;

    @Override
    public Iterator<InternalRow> call(Iterator<SearchBatch> batches) throws IOException {
        if (!batches.hasNext()) {
            return Collections.emptyIterator();
        }
        SearchBatch batch = batches.next();
        int most = search.columns().fetched().isPresent() ? MOST_FETCHED : MOST_HITS;
        int atOnce = Math.max(1, most / search.topK());
        return new Answers(OpenIndex.during(TaskContext.get(), search, tally), batch, atOnce);
    }

    /** Rows of hits, found for some queries at a time, as Spark takes them. */
    private static final class Answers implements Iterator<InternalRow> {
        private final OpenIndex open;
        private final SearchBatch batch;
        private final int atOnce;
        private int unsearched;

        /** Of the queries that were searched last. */
        private Iterator<InternalRow> found = Collections.emptyIterator();

        Answers(OpenIndex open, SearchBatch batch, int atOnce) {
            this.open = open;
            this.batch = batch;
            this.atOnce = atOnce;
        }

        @Override
        public boolean hasNext() {
            while (!found.hasNext() && unsearched < batch.size()) {
                int end = (int) Math.min(batch.size(), (long) unsearched + atOnce);
                found = rows(batch.part(unsearched, end));
                unsearched = end;
            }
            return found.hasNext();
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all queries of the task were searched");
            }
            return found.next();
        }

        private Iterator<InternalRow> rows(SearchBatch part) {
            try {
                InternalRow[][] rows = open.rows(open.search(part.vectors()), part::id);
                return Arrays.stream(rows).flatMap(Arrays::stream).iterator();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot search an index for " + part.size() + " queries", e);
            }
        }
    }
}
