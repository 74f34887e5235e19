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

/**
 * One segment of a cache as this JVM uses it. Its file lock is held while it is pinned by leases or has idle databases.
 * Once evicted it is retired: whoever still refers to it asks the cache for its successor.
 */
final class CachedSegment {
    /** How a pin went. */
    enum Pin {
        READY,
        FETCHED,
        RETIRED
    }

    private static final int MAX_LOSSES = 10;

    private final CacheKey key;
    private final CacheDirectory directory;
    private final IdleDatabases idleOfAll;
    private final Deque<PomaiDatabase> idle = new ArrayDeque<>();
    private EntryLock lock;
    private int pins;
    private boolean retired;

    /** Set while the files are fetched and checked, which takes long; read without the monitor. */
    private volatile boolean providing;

    CachedSegment(CacheKey key, CacheDirectory directory, IdleDatabases idleOfAll) {
        this.key = key;
        this.directory = directory;
        this.idleOfAll = idleOfAll;
    }

    /** Keeps the segment's files in place until {@link #unpin}, fetching them first if needed; others wait for that. */
    synchronized Pin pin(CacheSource source) throws IOException {
        if (retired) {
            return Pin.RETIRED;
        }
        boolean fetched = false;
        if (lock == null) {
            providing = true;
            try {
                lock = directory.use(key);
                fetched = directory.provide(key, source, lock);
            } catch (IOException | RuntimeException e) {
                unlock();
                throw e;
            } finally {
                providing = false;
            }
        }
        directory.touch(key);
        pins++;
        return fetched ? Pin.FETCHED : Pin.READY;
    }

    synchronized void unpin() {
        pins--;
        if (pins == 0 && idle.isEmpty()) {
            unlock();
        }
    }

    /** A database of the pinned segment that is nobody else's: an idle one, or opened now. */
    PomaiDatabase take(CacheSource source, DatabaseOptions options) throws IOException {
        synchronized (this) {
            for (Iterator<PomaiDatabase> each = idle.iterator(); each.hasNext(); ) {
                PomaiDatabase database = each.next();
                if (database.options().equals(options)) {
                    each.remove();
                    idleOfAll.remove(database);
                    return database;
                }
            }
        }
        PomaiDatabase opened = openIfThere(source, options);
        for (int i = 0; opened == null && i < MAX_LOSSES; i++) {
            synchronized (this) {
                directory.provide(key, source, lock);
            }
            opened = openIfThere(source, options);
        }
        if (opened == null) {
            throw new IOException("Cannot open the cached segment " + directory.entry(key)
                    + ": other processes delete it as fast as it is fetched (raise cache_max_bytes)");
        }
        return opened;
    }

    /**
     * Opens the entry's database; null if its files are gone, as those of an entry that was pinned without a file lock can
     * be: the engine would open an empty database in their place.
     */
    private PomaiDatabase openIfThere(CacheSource source, DatabaseOptions options) throws IOException {
        PomaiDatabase opened;
        try {
            opened = PomaiDatabase.open(directory.entry(key), options);
        } catch (PomaiException e) {
            if (source.isComplete(directory.entry(key))) {
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
        synchronized (this) {
            idle.addFirst(database);
            pins--;
            expired = idleOfAll.add(database, this);
        }
        expired.forEach(IdleDatabases.Idle::close);
    }

    /** Closes a database if it is still idle. */
    synchronized void closeIdle(PomaiDatabase database) {
        if (idle.removeIf(candidate -> candidate == database)) {
            idleOfAll.remove(database);
            database.close();
            if (pins == 0 && idle.isEmpty()) {
                unlock();
            }
        }
    }

    /** Deletes the segment's files unless someone uses them, here or in another JVM. Does not wait for a fetch. */
    boolean evict() throws IOException {
        return !providing && evictUnused();
    }

    private synchronized boolean evictUnused() throws IOException {
        if (retired || pins > 0) {
            return false;
        }
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
