package io.pomaidb.flink.sink;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.index.VacuumReport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes old files that no version lists, once a job and then every {@value #HOURS} hours, in a thread of its own: what
 * attempts that failed have uploaded. Has versions expire where a retention says so, and then looks four times in that time.
 * For one thread.
 */
final class OrphanCleaning {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanCleaning.class);
    private static final int HOURS = 6;
    private static final int CLOSE_SECONDS = 10;

    /** Longer than any index has existed. */
    private static final Duration FOREVER = Duration.ofDays(365_000);

    private final VacuumOptions options;
    private final Duration pause;
    private ExecutorService thread;
    private long lastNanos;

    /**
     * Of an index of one sink.
     *
     * @param age of files from which on they are deleted
     * @param retention of versions; null: all stay
     */
    OrphanCleaning(Duration age, Duration retention) {
        Duration longest = Duration.ofHours(HOURS);
        if (retention == null) {
            this.options = VacuumOptions.DEFAULT
                    .withRetention(FOREVER)
                    .withKeepVersions(Integer.MAX_VALUE)
                    .withGrace(age);
            this.pause = longest;
        } else {
            this.options = VacuumOptions.DEFAULT.withRetention(retention).withGrace(age);
            Duration quarter = retention.dividedBy(4);
            this.pause = quarter.compareTo(longest) < 0 ? quarter : longest;
        }
    }

    void cleanNowAndThen(PomaiIndex index) {
        long now = System.nanoTime();
        if (thread != null && now - lastNanos < pause.toNanos()) {
            return;
        }
        if (thread == null) {
            thread = BackgroundThread.named("pomaidb-orphans");
        }
        lastNanos = now;
        thread.execute(() -> clean(index));
    }

    private void clean(PomaiIndex index) {
        try {
            VacuumReport report = index.vacuum(options);
            LOG.info(
                    "Deleted {} files of index {} that no version lists; {} versions have expired",
                    report.files().size(),
                    index.path(),
                    report.expired().size());
        } catch (IOException | RuntimeException e) {
            LOG.warn("Cannot delete old files that no version of index {} lists", index.path(), e);
        }
    }

    void close() {
        if (thread == null) {
            return;
        }
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.info("Old files are still being deleted while the job ends");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
