package io.pomaidb.flink.sink;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts an index by the sink's policy, one plan at a time. A compaction that fails is logged and tried again after the
 * next commit: the rows are safe without it. For one thread.
 */
final class BackgroundCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundCompaction.class);
    private static final int CORES = 1;

    /** Below the 180 seconds after which Flink ends a process whose task does not end. */
    private static final long LONGEST_CLOSE_SECONDS = 120;

    private final SinkSettings settings;
    private final Configuration configuration;
    private final ExecutorService thread;

    /** Whether a look is waiting, which will see all commits so far. */
    private final AtomicBoolean waiting = new AtomicBoolean();

    private final AtomicLong completed = new AtomicLong();

    BackgroundCompaction(SinkSettings settings) {
        this.settings = settings;
        this.configuration = settings.hadoop().load();
        this.thread = BackgroundThread.named("pomaidb-compaction");
    }

    /** Compactions that were committed. */
    long completed() {
        return completed.get();
    }

    /** Has the thread look whether something is due, once it has done with what it does now. */
    void look() {
        if (waiting.compareAndSet(false, true)) {
            thread.execute(() -> {
                waiting.set(false);
                compact();
            });
        }
    }

    private void compact() {
        try {
            PomaiIndex index = PomaiIndex.at(new Path(settings.options().path()), configuration);
            CompactionPlan plan = CompactionPlan.of(index, settings.options(), settings.compaction());
            if (plan.tasks().isEmpty()) {
                return;
            }
            Snapshot snapshot = plan.run(configuration, settings.scratchFolder(), CORES, CompactionPlan.Progress.NONE);
            if (snapshot.version() > plan.version()) {
                completed.incrementAndGet();
            }
        } catch (CommitConflictException e) {
            LOG.info("Another compaction came first: {}", e.getMessage());
            LOG.debug("The compaction that did not fit", e);
        } catch (IOException | RuntimeException e) {
            LOG.warn("Cannot compact index {}", settings.options().path(), e);
        }
    }

    /** Waits for what was asked for. Commits may still follow: a stream's last one comes after its end. */
    void finish() throws InterruptedException {
        try {
            thread.submit(() -> {}).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot wait for a compaction", e);
        }
    }

    /** Waits for the compaction that is being done, because its work needs the job's classes; starts no other. */
    void close() throws InterruptedException {
        thread.shutdownNow();
        if (!thread.awaitTermination(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("A compaction is still being done after {} s", LONGEST_CLOSE_SECONDS);
        }
    }
}
