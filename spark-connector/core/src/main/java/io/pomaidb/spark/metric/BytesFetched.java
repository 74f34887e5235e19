package io.pomaidb.spark.metric;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/** Bytes that were copied from the index into the cache. */
public final class BytesFetched extends CustomSumMetric {
    /** Called by Spark. */
    public BytesFetched() {}

    @Override
    public String name() {
        return "pomaidbBytesFetched";
    }

    @Override
    public String description() {
        return "bytes fetched";
    }
}
