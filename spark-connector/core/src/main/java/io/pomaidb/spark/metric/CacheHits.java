package io.pomaidb.spark.metric;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/** Segments that were in the cache, or what some were merged into there. */
public final class CacheHits extends CustomSumMetric {
    /** Called by Spark. */
    public CacheHits() {}

    @Override
    public String name() {
        return "pomaidbCacheHits";
    }

    @Override
    public String description() {
        return "cache hits";
    }
}
