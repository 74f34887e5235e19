package io.pomaidb.spark.metric;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/** Distances that the engine has computed, where it tells. */
public final class DistanceComputations extends CustomSumMetric {
    /** Called by Spark. */
    public DistanceComputations() {}

    @Override
    public String name() {
        return "pomaidbDistances";
    }

    @Override
    public String description() {
        return "distance computations";
    }
}
