package io.pomaidb.spark.search;

import io.pomaidb.engine.SearchCounters;
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

    private SearchTally(SparkContext context) {
        shards = context.longAccumulator("pomaidb shards visited");
        segments = context.longAccumulator("pomaidb segments searched");
        distances = context.longAccumulator("pomaidb distance computations");
    }

    static SearchTally of(SparkSession spark) {
        return new SearchTally(spark.sparkContext());
    }

    /** Adds what a task has done in a shard. */
    void add(SearchCounters task) {
        shards.add(1L);
        segments.add(task.segments());
        distances.add(task.distances());
    }
}
