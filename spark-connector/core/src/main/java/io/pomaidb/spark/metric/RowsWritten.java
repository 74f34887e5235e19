package io.pomaidb.spark.metric;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/** Rows that tasks have taken. */
public final class RowsWritten extends CustomSumMetric {
    /** Called by Spark. */
    public RowsWritten() {}

    @Override
    public String name() {
        return "pomaidbRowsWritten";
    }

    @Override
    public String description() {
        return "vectors written";
    }
}
