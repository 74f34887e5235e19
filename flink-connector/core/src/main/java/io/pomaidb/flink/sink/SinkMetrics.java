package io.pomaidb.flink.sink;

import io.pomaidb.write.ShardWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;

/**
 * The metrics of a subtask. Flink's own count rows when they are uploaded; the gauges in group {@code pomaidb} show what
 * is in memory, and how long the last freeze and upload took. Written by the task's thread, read by any.
 */
final class SinkMetrics {
    private final SinkWriterMetricGroup group;
    private volatile long freezeMillis;
    private volatile long uploadMillis;

    SinkMetrics(SinkWriterMetricGroup group, LongSupplier openDatabases, LongSupplier nativeBytes) {
        this.group = group;
        group.setCurrentSendTimeGauge(() -> uploadMillis);
        MetricGroup own = group.addGroup("pomaidb");
        own.gauge("openDatabases", openDatabases::getAsLong);
        own.gauge("nativeBytes", nativeBytes::getAsLong);
        own.gauge("lastFreezeMillis", () -> freezeMillis);
        own.gauge("lastUploadMillis", () -> uploadMillis);
    }

    void uploaded(OpenPart part) {
        ShardWriter.Times times = part.times();
        freezeMillis = TimeUnit.NANOSECONDS.toMillis(times.freezeNanos());
        uploadMillis = TimeUnit.NANOSECONDS.toMillis(times.uploadNanos());
        group.getNumRecordsSendCounter().inc(part.rows());
        group.getNumBytesSendCounter().inc(part.uploadedBytes());
    }

    /** Counts rows that were refused, or could not be uploaded. Flink shows the counter as errors of what goes out, too. */
    void failed(long rows) {
        group.getNumRecordsSendErrorsCounter().inc(rows);
    }
}
