package io.pomaidb.spark.nearest;

import io.pomaidb.engine.SearchCounters;
import io.pomaidb.index.CacheUse;
import io.pomaidb.spark.metric.CacheMetrics;
import io.pomaidb.spark.metric.DistanceComputations;
import io.pomaidb.spark.metric.ShardsVisited;
import io.pomaidb.spark.metric.TaskMetric;
import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;

/** Rows that were found already, as Spark takes them. */
final class NearestReader implements PartitionReader<InternalRow> {
    private static final CustomMetric SHARDS = new ShardsVisited();
    private static final CustomMetric DISTANCES = new DistanceComputations();

    private final Iterator<InternalRow> rows;
    private final SearchCounters counters;
    private final CacheUse cacheUse;
    private InternalRow row;

    NearestReader(Iterator<InternalRow> rows, SearchCounters counters, CacheUse cacheUse) {
        this.rows = rows;
        this.counters = counters;
        this.cacheUse = cacheUse;
    }

    /** What Spark is told of searches. */
    static CustomMetric[] metrics() {
        return CacheMetrics.behind(SHARDS, DISTANCES);
    }

    @Override
    public CustomTaskMetric[] currentMetricsValues() {
        return CacheMetrics.behind(cacheUse, TaskMetric.of(SHARDS, 1), TaskMetric.of(DISTANCES, counters.distances()));
    }

    @Override
    public boolean next() {
        row = rows.hasNext() ? rows.next() : null;
        return row != null;
    }

    @Override
    public InternalRow get() {
        return row;
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
