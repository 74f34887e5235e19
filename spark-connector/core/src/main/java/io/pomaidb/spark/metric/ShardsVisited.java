package io.pomaidb.spark.metric;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/** Shards that a search has looked into. */
public final class ShardsVisited extends CustomSumMetric {
    /** Called by Spark. */
    public ShardsVisited() {}

    @Override
    public String name() {
        return "pomaidbShardsVisited";
    }

    @Override
    public String description() {
        return "shards visited";
    }
}
