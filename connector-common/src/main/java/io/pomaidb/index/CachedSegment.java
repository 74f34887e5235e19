package io.pomaidb.index;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.PomaiException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One segment of a cache as this JVM uses it. Its file lock is held while it is pinned by leases or has idle databases.
 * Once evicted it is retired: whoever still refers to it asks the cache for its successor.
 */
final class CachedSegment {
    /**
     * How a pin went.
     *
     * @param use what it took; null where the segment is retired
     */
    record Pin(CacheUse use) {
        private static final Pin RETIRED = new Pin(null);

        boolean isRetired() {
            return use == null;
        }
    }

    private static final int MAX_LOSSES = 10;

    private final CacheKey key;
    private final CacheDirectory directory;
    private final IdleDatabases idleOfAll;
    private final Deque<PomaiDatabase> idle = new ArrayDeque<>();

    /** Held while the files are fetched and checked, or merged from other entries, which takes long. */
    private final ReentrantLock guard = new ReentrantLock();

    private EntryLock lock;
    private int pins;
    private boolean retired;

    CachedSegment(CacheKey key, CacheDirectory directory, IdleDatabases idleOfAll) {
        this.key = key;
        this.directory = directory;
        this.idleOfAll = idleOfAll;
    }

    /** Keeps the segment's files in place until {@link #unpin}, fetching them first if needed; others wait for that. */
    Pin pin(CacheSource source) throws IOException {
        guard.lock();
        try {
            if (retired) {
                return Pin.RETIRED;
            }
            CacheUse use = lock == null ? provide(source) : CacheUse.HIT;
            directory.touch(key);
            pins++;
            return new Pin(use);
        } finally {
            guard.unlock();
        }
    }

    private CacheUse provide(CacheSource source) throws IOException {
        try {
            lock = directory.use(key);
            return directory.provide(key, source, lock);
        } catch (IOException | RuntimeException e) {
            unlock();
            throw e;
        }
    }

    void unpin() {
        guard.lock();
        try {
            pins--;
            unlockIfUnused();
        } finally {
            guard.unlock();
        }
    }

    private void unlockIfUnused() {
        if (pins == 0 && idle.isEmpty()) {
            unlock();
        }
    }

    /** A database of the pinned segment that is nobody else's: an idle one, or opened now. */
    PomaiDatabase take(CacheSource source, DatabaseOptions options) throws IOException {
        PomaiDatabase opened = takeIdle(options);
        opened = opened == null ? openIfThere(source, options, true) : opened;
        for (int i = 0; opened == null && i < MAX_LOSSES; i++) {
            guard.lock();
            try {
                directory.provide(key, source, lock);
            } finally {
                guard.unlock();
            }
            opened = openIfThere(source, options, false);
        }
        if (opened == null) {
            throw new IOException("Cannot open the cached segment " + directory.entry(key)
                    + ": other processes delete it as fast as it is fetched (raise cache_max_bytes)");
        }
        return opened;
    }

    private PomaiDatabase takeIdle(DatabaseOptions options) {
        guard.lock();
        try {
            for (Iterator<PomaiDatabase> each = idle.iterator(); each.hasNext(); ) {
                PomaiDatabase database = each.next();
                if (database.options().equals(options)) {
                    each.remove();
                    idleOfAll.remove(database);
                    return database;
                }
            }
            return null;
        } finally {
            guard.unlock();
        }
    }

    /**
     * Opens the entry's database; null if its files are gone, as those of an entry that was pinned without a file lock can
     * be: the engine would open an empty database in their place.
     *
     * @param first whether a failure may be that of files which another process has put back since
     */
    private PomaiDatabase openIfThere(CacheSource source, DatabaseOptions options, boolean first) throws IOException {
        PomaiDatabase opened;
        try {
            opened = PomaiDatabase.open(directory.entry(key), options);
        } catch (PomaiException e) {
            if (!first && source.isComplete(directory.entry(key))) {
                throw e;
            }
            return null;
        }
        if (source.isComplete(directory.entry(key))) {
            return opened;
        }
        opened.close();
        return null;
    }

    /** The segments of the rows of a merged database, which is pinned. */
    RowSources sources() throws IOException {
        return MergedDatabase.sources(directory.entry(key));
    }

    /** Ends a lease whose database can serve the next one. */
    void giveBack(PomaiDatabase database) {
        List<IdleDatabases.Idle> expired;
        guard.lock();
        try {
            idle.addFirst(database);
            pins--;
            expired = idleOfAll.add(database, this);
        } finally {
            guard.unlock();
        }
        expired.forEach(IdleDatabases.Idle::close);
    }

    /** Closes a database if it is still idle. */
    void closeIdle(PomaiDatabase database) {
        guard.lock();
        try {
            if (idle.removeIf(candidate -> candidate == database)) {
                idleOfAll.remove(database);
                database.close();
                unlockIfUnused();
            }
        } finally {
            guard.unlock();
        }
    }

    /**
     * Deletes the segment's files unless someone uses them, here or in another JVM. Waits for nobody: who merges segments
     * holds one entry while it makes room for others.
     */
    boolean evict() throws IOException {
        if (guard.isHeldByCurrentThread() || !guard.tryLock()) {
            return false;
        }
        try {
            return !retired && pins == 0 && evictUnused();
        } finally {
            guard.unlock();
        }
    }

    private boolean evictUnused() throws IOException {
        for (PomaiDatabase database : idle) {
            idleOfAll.remove(database);
            database.close();
        }
        idle.clear();
        unlock();
        retired = directory.evict(key);
        return retired;
    }

    private void unlock() {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot unlock the cached segment " + directory.entry(key), e);
            } finally {
                lock = null;
            }
        }
    }
}
