package io.pomaidb.flink.search;

import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards of the versions that a searcher's queries ask for. They are opened in a thread of its own, while queries of
 * versions that are open already are answered. A version stays open as long as a query waits for it; when none does, the last
 * {@value #KEPT} stay, and of these an old one until it was not asked for as long as tasks upstream need to look for versions.
 * For any number of threads; one of them searches.
 */
final class OpenParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenParts.class);
    private static final int KEPT = 2;
    private static final long PAUSE_MILLIS = 100;

    /** Below the 180 seconds after which Flink ends a process whose task does not end. */
    private static final Duration LONGEST_OPENING = Duration.ofSeconds(60);

    private final IndexAccess access;
    private final int retries;
    private final Duration refresh;
    private final PomaiIndex index;
    private final ExecutorService opening;

    /** Those asked for last come last. */
    private final LinkedHashMap<Part, Entry> parts = new LinkedHashMap<>();

    /** Some shards of a version. */
    record Part(long version, int part, int parts) {}

    /**
     * What is searched for a part.
     *
     * @param shards closed by {@link OpenParts} alone
     * @param whole whether these are all shards of the latest version, because the one that was asked for has expired
     */
    record Opened(SearchedSnapshot shards, boolean whole) {}

    private static final class Entry {
        private CompletableFuture<Opened> opened;

        /** Queries that wait. */
        private int waiting;

        private long askedNanos;
    }

    /**
     * Nothing is open yet.
     *
     * @param retries how often what failed is tried again
     * @param refresh how often tasks upstream look for versions; zero: never
     */
    OpenParts(IndexAccess access, int retries, Duration refresh) throws IOException {
        this.refresh = refresh;
        this.access = access;
        this.retries = retries;
        this.index = access.index();
        ClassLoader classes = Thread.currentThread().getContextClassLoader();
        this.opening = Executors.newSingleThreadExecutor(task -> {
            var thread = new Thread(task, "pomaidb-search-open");
            thread.setDaemon(true);
            thread.setContextClassLoader(classes);
            return thread;
        });
    }

    /** A query comes that waits for a part until {@link #done}; it can be asked when the part is open. */
    synchronized CompletableFuture<Opened> await(Part part) {
        Entry entry = parts.remove(part);
        if (entry == null) {
            entry = new Entry();
            entry.opened = CompletableFuture.supplyAsync(() -> openPatiently(part), opening);
        }
        parts.put(part, entry);
        entry.waiting++;
        entry.askedNanos = System.nanoTime();
        return entry.opened;
    }

    /** What is open for a part that a query waits for. */
    synchronized Opened opened(Part part) {
        Entry entry = parts.get(part);
        return entry == null ? null : entry.opened.join();
    }

    /** Versions that are open, or being opened. */
    synchronized int size() {
        return parts.size();
    }

    /** A query has been answered, or has failed. */
    synchronized void done(Part part) {
        Entry entry = parts.get(part);
        entry.waiting--;
        if (entry.waiting == 0 && entry.opened.isCompletedExceptionally()) {
            parts.remove(part);
        }
        long newest = parts.keySet().stream().mapToLong(Part::version).max().orElse(0);
        Iterator<Map.Entry<Part, Entry>> all = parts.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Part, Entry> next = all.next();
            if (next.getValue().waiting == 0
                    && (parts.size() > KEPT || isOld(next.getKey(), next.getValue(), newest))) {
                all.remove();
                closeWhenOpen(next.getValue().opened);
            }
        }
    }

    /** Every task upstream has looked for versions since: an old one would only take room in the cache. */
    private boolean isOld(Part part, Entry entry, long newest) {
        return !refresh.isZero() && part.version() < newest && System.nanoTime() - entry.askedNanos > refresh.toNanos();
    }

    /** Opens anew what a search failed on. Only the thread that searches may ask, and for what a query waits for. */
    Opened reopen(Part part) throws IOException {
        CompletableFuture<Opened> broken;
        synchronized (this) {
            broken = parts.get(part).opened;
        }
        closeWhenOpen(broken);
        Opened opened = open(part);
        synchronized (this) {
            parts.get(part).opened = CompletableFuture.completedFuture(opened);
        }
        return opened;
    }

    private Opened openPatiently(Part part) {
        for (int failures = 0; ; failures++) {
            try {
                return open(part);
            } catch (IOException | RuntimeException e) {
                if (failures == retries) {
                    throw new IllegalStateException("Cannot open version " + part.version() + " of " + index.path(), e);
                }
                LOG.warn("Cannot open version {} of {}; it is tried again", part.version(), index.path(), e);
                pause(failures + 1);
            }
        }
    }

    /** Waits longer after each failure. */
    static void pause(int failures) {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS * failures);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot search any more: the task is being cancelled", e);
        }
    }

    private Opened open(Part part) throws IOException {
        Snapshot latest = index.latestExisting();
        if (!latest.retains(part.version())) {
            // A query of an old savepoint. Others may find another latest version: so one searches all of this.
            LOG.warn(
                    "Version {} of {} has expired: its queries are answered from version {}",
                    part.version(),
                    index.path(),
                    latest.version());
            return new Opened(new SearchedSnapshot(access.view(index, latest), access.options(), shard -> true), true);
        }
        Snapshot snapshot = latest.version() == part.version() ? latest : index.snapshot(part.version());
        return new Opened(
                new SearchedSnapshot(
                        access.view(index, snapshot), access.options(), shard -> shard % part.parts() == part.part()),
                false);
    }

    private static void closeWhenOpen(CompletableFuture<Opened> opened) {
        var unused = opened.thenAccept(each -> each.shards().close());
    }

    /** Waits for what is being opened, and closes all. Nobody may be searching. */
    @Override
    public void close() {
        opening.shutdownNow();
        boolean ended = Closing.await(
                LONGEST_OPENING, wait -> opening.awaitTermination(wait.toMillis(), TimeUnit.MILLISECONDS));
        if (!ended) {
            LOG.warn("A version of {} is still being opened while its task ends", index.path());
        }
        synchronized (this) {
            parts.values().forEach(entry -> closeWhenOpen(entry.opened));
            parts.clear();
        }
    }
}
