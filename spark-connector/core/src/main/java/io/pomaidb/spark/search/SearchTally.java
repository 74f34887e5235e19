package io.pomaidb.spark.search;

import io.pomaidb.engine.SearchCounters;
import io.pomaidb.index.CacheUse;
import io.pomaidb.search.ShardSearcher;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/** What the tasks of a search count together, shown with their stage in Spark's web pages. */
final class SearchTally implements Serializable {
    private static final long serialVersionUID = 1L;

    private final LongAccumulator shards;
    private final LongAccumulator segments;
    private final LongAccumulator distances;
    private final LongAccumulator hits;
    private final LongAccumulator misses;
    private final LongAccumulator bytes;

    private SearchTally(SparkContext context) {
        shards = context.longAccumulator("pomaidb shards visited");
        segments = context.longAccumulator("pomaidb segments searched");
        distances = context.longAccumulator("pomaidb distance computations");
        hits = context.longAccumulator("pomaidb cache hits");
        misses = context.longAccumulator("pomaidb cache misses");
        bytes = context.longAccumulator("pomaidb bytes fetched");
    }

    static SearchTally of(SparkSession spark) {
        return new SearchTally(spark.sparkContext());
    }

    /** Adds what a task has done in a shard. */
    void add(ShardSearcher searcher) {
        SearchCounters task = searcher.counters();
        shards.add(1L);
        segments.add(task.segments());
        distances.add(task.distances());
        add(searcher.cacheUse());
    }

    /** Adds what a task has asked of the segment cache. */
    void add(CacheUse use) {
        hits.add(use.hits());
        misses.add(use.misses());
        bytes.add(use.bytesFetched());
    }
}
