package io.pomaidb.spark.metric;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/** Segments that were not in the cache: they were fetched, linked or merged first. */
public final class CacheMisses extends CustomSumMetric {
    /** Called by Spark. */
    public CacheMisses() {}

    @Override
    public String name() {
        return "pomaidbCacheMisses";
    }

    @Override
    public String description() {
        return "cache misses";
    }
}
