package io.pomaidb.spark.write;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in the log of an executor how far a long task is, now and then. For one thread. */
final class BuildProgress {
    private static final Logger LOG = LoggerFactory.getLogger(BuildProgress.class);

    /** Looking at the clock costs more than a row's turn. */
    private static final long ROWS_BETWEEN_LOOKS = 4096;

    private final String index;
    private final int partition;
    private final long periodNanos;
    private final long started;
    private long told;
    private int lines;

    /**
     * The progress of a task that begins now.
     *
     * @param seconds between lines
     */
    BuildProgress(String index, int partition, long seconds) {
        this.index = index;
        this.partition = partition;
        this.periodNanos = TimeUnit.SECONDS.toNanos(seconds);
        this.started = System.nanoTime();
        this.told = started;
    }

    /** Called with each row. */
    void rows(long rows) {
        if (rows % ROWS_BETWEEN_LOOKS == 0) {
            long now = System.nanoTime();
            if (now - told >= periodNanos) {
                told = now;
                lines++;
                LOG.info(
                        "Partition {} of the write to index {} has taken {} rows in {} s",
                        partition,
                        index,
                        rows,
                        TimeUnit.NANOSECONDS.toSeconds(nanos()));
            }
        }
    }

    /** How often it was told. */
    int lines() {
        return lines;
    }

    /** Nanoseconds since the task began. */
    long nanos() {
        return System.nanoTime() - started;
    }
}
