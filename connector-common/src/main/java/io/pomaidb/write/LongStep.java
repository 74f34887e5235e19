package io.pomaidb.write;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that something which takes long still goes on, now and then, and how long it took when it is over. What is
 * over soon is told at the level of debugging: a streaming job does the same every few seconds.
 */
final class LongStep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LongStep.class);
    private static final long SECONDS = 30;
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    private final String what;
    private final long began = System.nanoTime();
    private final AtomicInteger lines = new AtomicInteger();
    private final ScheduledFuture<?> telling;

    private LongStep(String what, long periodMillis) {
        this.what = what;
        telling = CLOCK.scheduleAtFixedRate(this::tell, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
    }

    /** One thread for all steps, which goes when there are none. */
    private static ScheduledThreadPoolExecutor clock() {
        var clock = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "pomaidb progress");
            thread.setDaemon(true);
            return thread;
        });
        clock.setKeepAliveTime(1, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }

    /**
     * A step that begins now and ends when it is closed.
     *
     * @param what as a sentence begins, like "Freezing shard 3"
     */
    static LongStep begin(String what) {
        return begin(what, TimeUnit.SECONDS.toMillis(SECONDS));
    }

    /** As {@link #begin(String)}, with another time between lines. */
    static LongStep begin(String what, long periodMillis) {
        return new LongStep(what, periodMillis);
    }

    private void tell() {
        lines.incrementAndGet();
        LOG.info("{} goes on after {} s", what, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
    }

    /** How often it was said that it goes on. */
    int lines() {
        return lines.get();
    }

    @Override
    public void close() {
        telling.cancel(false);
        long nanos = System.nanoTime() - began;
        if (nanos >= LONG_NANOS) {
            LOG.info("{} took {} s", what, TimeUnit.NANOSECONDS.toSeconds(nanos));
        } else {
            LOG.debug("{} took {} ms", what, TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }
}
