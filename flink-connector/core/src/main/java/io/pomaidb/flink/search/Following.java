package io.pomaidb.flink.search;

import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.SnapshotView;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something opened of an index's latest snapshot. A thread of its own looks for commits and opens the new snapshot while the
 * old one still answers; the next question meets the new one. What fails is tried again on the index opened anew, because
 * a vacuum may have deleted what an old snapshot lists. For one thread that asks.
 *
 * @param <T> what is opened
 */
public final class Following<T extends AutoCloseable> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Following.class);
    private static final long PAUSE_MILLIS = 100;
    /** Below the 180 seconds after which Flink ends a process whose task does not end. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(60);

    private final PomaiIndex index;
    private final IndexAccess access;
    private final Opener<T> opener;
    private final int retries;
    private final ScheduledExecutorService looking;

    /** What the next question is to be asked instead of {@link #current}. */
    private final AtomicReference<T> fresh = new AtomicReference<>();

    private volatile long version;
    private volatile boolean closed;
    private T current;

    /** Opens a snapshot. */
    @FunctionalInterface
    public interface Opener<T> {
        T open(SnapshotView view) throws IOException;
    }

    /** Asks what is opened. */
    @FunctionalInterface
    public interface Question<T, R> {
        R ask(T opened) throws IOException;
    }

    /**
     * Opens the latest snapshot.
     *
     * @param name of the thread that looks for commits
     * @param refresh how often it looks; zero: never
     * @param retries how often what failed is tried again
     * @throws io.pomaidb.error.ConfigurationException if there is no index
     */
    public Following(IndexAccess access, Opener<T> opener, String name, Duration refresh, int retries)
            throws IOException {
        this.access = access;
        this.index = access.index();
        this.opener = opener;
        this.retries = retries;
        this.current = openLatest();
        if (refresh.isZero()) {
            this.looking = null;
        } else {
            ClassLoader classes = Thread.currentThread().getContextClassLoader();
            this.looking = Executors.newSingleThreadScheduledExecutor(task -> {
                var thread = new Thread(task, name);
                thread.setDaemon(true);
                thread.setContextClassLoader(classes);
                return thread;
            });
            var unused = looking.scheduleWithFixedDelay(
                    this::look, refresh.toNanos(), refresh.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private T openLatest() throws IOException {
        Snapshot latest = index.latestExisting();
        T opened = opener.open(access.view(index, latest));
        version = latest.version();
        return opened;
    }

    private void look() {
        try {
            Snapshot latest = index.latestExisting();
            if (latest.version() != version) {
                replace(opener.open(access.view(index, latest)));
                version = latest.version();
                LOG.info("Version {} of {} is searched from now on", version, index.path());
            }
        } catch (Throwable e) {
            // An Error too, as of a native failure: what is thrown here would end the looking, and nobody would know.
            LOG.warn("Cannot open the latest version of {}; version {} stays open", index.path(), version, e);
        }
    }

    private void replace(T opened) {
        close(fresh.getAndSet(opened));
        if (closed) {
            close(fresh.getAndSet(null));
        }
    }

    /** The version that was opened last. */
    public long version() {
        return version;
    }

    /**
     * Asks, on the newest snapshot that is open.
     *
     * @throws IOException if it fails as often as it may
     */
    public <R> R ask(Question<T, R> question) throws IOException {
        T newer = fresh.getAndSet(null);
        if (newer != null) {
            T older = current;
            current = newer;
            close(older);
        }
        for (int failures = 0; ; failures++) {
            try {
                if (current == null) {
                    current = openLatest();
                }
                return question.ask(current);
            } catch (IOException | RuntimeException e) {
                T broken = current;
                current = null;
                close(broken);
                if (failures == retries || closed) {
                    throw e;
                }
                LOG.warn("Cannot search {}; it is opened anew ({} of {})", index.path(), failures + 1, retries, e);
                pause(failures + 1);
            }
        }
    }

    private static void pause(int failures) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS * failures);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Cannot search any more: the task is being cancelled", e);
        }
    }

    private void close(T opened) {
        if (opened != null) {
            try {
                opened.close();
            } catch (Exception e) {
                LOG.warn("Cannot close what was open of {}", index.path(), e);
            }
        }
    }

    /**
     * Closes what is open and stops looking. What is being opened is interrupted and waited for, because its work needs the
     * job's classes. Nobody may be asking. A second call does nothing.
     */
    @Override
    public void close() {
        closed = true;
        if (looking != null) {
            looking.shutdownNow();
            boolean ended = Closing.await(
                    LONGEST_LOOK, wait -> looking.awaitTermination(wait.toMillis(), TimeUnit.MILLISECONDS));
            if (!ended) {
                LOG.warn("A version of {} is still being opened while its task ends", index.path());
            }
        }
        close(fresh.getAndSet(null));
        T last = current;
        current = null;
        close(last);
    }
}
