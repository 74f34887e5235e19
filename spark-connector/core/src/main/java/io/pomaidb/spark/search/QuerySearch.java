package io.pomaidb.spark.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;

/** What a task runs that searches all shards for some queries, whose hits are then complete. */
record QuerySearch(IndexSearch search, SearchTally tally)
        implements FlatMapFunction<Iterator<SearchBatch>, InternalRow> {
    @Override
    public Iterator<InternalRow> call(Iterator<SearchBatch> batches) throws IOException {
        if (!batches.hasNext()) {
            return Collections.emptyIterator();
        }
        SearchBatch batch = batches.next();
        boolean fetches = search.columns().fetched().isPresent();
        int atOnce = Math.max(1, search.hitsAtOnce() / search.topK());
        var task = TaskContext.get();
        return new Answers(task, OpenIndex.during(task, search, tally), batch, atOnce, fetches ? null : new Pace());
    }

    /** Rows of hits, found for some queries at a time, as Spark takes them. */
    private static final class Answers implements Iterator<InternalRow> {
        private final TaskContext task;
        private final OpenIndex open;
        private final SearchBatch batch;
        private final int atOnce;

        /** Null where rows are fetched: each piece would read the same pages once more. */
        private final Pace pace;

        private int unsearched;

        /** Of the queries that were searched last. */
        private Iterator<InternalRow> found = Collections.emptyIterator();

        Answers(TaskContext task, OpenIndex open, SearchBatch batch, int atOnce, Pace pace) {
            this.task = task;
            this.open = open;
            this.batch = batch;
            this.atOnce = atOnce;
            this.pace = pace;
        }

        @Override
        public boolean hasNext() {
            while (!found.hasNext() && unsearched < batch.size()) {
                if (task.isInterrupted()) {
                    throw new TaskKilledException();
                }
                int most = pace == null ? atOnce : Math.min(atOnce, pace.begin());
                int end = (int) Math.min(batch.size(), (long) unsearched + most);
                found = rows(batch.part(unsearched, end));
                if (pace != null) {
                    pace.end(end - unsearched);
                }
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
