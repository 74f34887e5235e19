package io.pomaidb.spark.write;

import io.pomaidb.write.ShardWriter;
import java.io.Serializable;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What the tasks of a write count when they end, shown with their stage in Spark's web pages: Spark asks for the metrics of
 * a data source only before a task commits, and that is when segments are built.
 */
final class WriteTally implements Serializable {
    private static final long serialVersionUID = 1L;

    private final LongAccumulator rows;
    private final LongAccumulator bytes;
    private final LongAccumulator memory;
    private final LongAccumulator freezing;
    private final LongAccumulator uploading;
    private final LongAccumulator speed;

    /** Shows a write of the context. */
    WriteTally(SparkContext context) {
        rows = context.longAccumulator("pomaidb vectors written");
        bytes = context.longAccumulator("pomaidb bytes uploaded");
        memory = context.longAccumulator("pomaidb native memory bytes, tasks together");
        freezing = context.longAccumulator("pomaidb freeze milliseconds");
        uploading = context.longAccumulator("pomaidb upload milliseconds");
        speed = context.longAccumulator("pomaidb vectors per second, tasks together");
    }

    /**
     * Adds what a task has done.
     *
     * @param held the most native memory that it has held
     */
    void add(long written, long uploaded, long held, ShardWriter.Times times, long taskNanos) {
        rows.add(written);
        bytes.add(uploaded);
        memory.add(held);
        freezing.add(TimeUnit.NANOSECONDS.toMillis(times.freezeNanos()));
        uploading.add(TimeUnit.NANOSECONDS.toMillis(times.uploadNanos()));
        speed.add(Math.round(written * (double) TimeUnit.SECONDS.toNanos(1) / taskNanos));
    }
}
