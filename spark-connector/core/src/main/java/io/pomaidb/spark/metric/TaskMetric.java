package io.pomaidb.spark.metric;

import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/**
 * What one task has counted.
 *
 * @param name of the metric
 * @param value so far
 */
public record TaskMetric(String name, long value) implements CustomTaskMetric {
    /** A count for a metric. */
    public static TaskMetric of(CustomMetric metric, long value) {
        return new TaskMetric(metric.name(), value);
    }
}
