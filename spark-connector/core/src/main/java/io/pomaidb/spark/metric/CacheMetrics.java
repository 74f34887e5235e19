package io.pomaidb.spark.metric;

import io.pomaidb.index.CacheUse;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** What a scan asks of the segment cache, beside whatever else it counts. */
public final class CacheMetrics {
    private static final CustomMetric HITS = new CacheHits();
    private static final CustomMetric MISSES = new CacheMisses();
    private static final CustomMetric BYTES = new BytesFetched();

    private CacheMetrics() {}

    /** Metrics of the cache behind others. */
    public static CustomMetric[] behind(CustomMetric... others) {
        return Stream.concat(Stream.of(others), Stream.of(HITS, MISSES, BYTES)).toArray(CustomMetric[]::new);
    }

    /** Counts of the cache behind others. */
    public static CustomTaskMetric[] behind(CacheUse use, CustomTaskMetric... others) {
        var counts = Stream.of(
                TaskMetric.of(HITS, use.hits()),
                TaskMetric.of(MISSES, use.misses()),
                TaskMetric.of(BYTES, use.bytesFetched()));
        return Stream.concat(Stream.of(others), counts).toArray(CustomTaskMetric[]::new);
    }
}
