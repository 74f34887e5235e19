package io.pomaidb.spark.search;

import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/**
 * What a search task runs: one of the {@code tasks}, which it is given by number, with the cores of Spark's task. The
 * tasks travel here, because Spark would send them as data by whichever serializer it is configured with, and Kryo cannot
 * write records.
 */
record ShardSearch(IndexSearch search, Broadcast<SearchBatch> batch, List<SearchTask> tasks, SearchTally tally)
        implements PairFlatMapFunction<Iterator<Integer>, Integer, Hits> {
    @Override
    public Iterator<Tuple2<Integer, Hits>> call(Iterator<Integer> numbers) throws IOException {
        if (!numbers.hasNext()) {
            return Collections.emptyIterator();
        }
        var task = tasks.get(numbers.next());
        var context = TaskContext.get();
        var view = search.view(search.index(), context.cpus());
        var searcher = search.filter().on(view, task.shard()).searcher(task.shard());
        context.addTaskCompletionListener((TaskCompletionListener) ended -> {
            tally.add(searcher);
            searcher.close();
        });
        return new ShardHits(searcher, batch.value(), task, search.topK());
    }
}
