package io.pomaidb.index;

import io.pomaidb.engine.PomaiDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The opened databases of a cache that nobody uses now, the longest idle first: so many are kept, and so long. What is
 * kept too long is closed when the next one falls idle; the end of the process frees the rest.
 */
final class IdleDatabases {
    private static final int MAX_OPEN = 512;
    private static final long MAX_IDLE_NANOS = Duration.ofMinutes(10).toNanos();

    private final Map<PomaiDatabase, Idle> databases = new LinkedHashMap<>();

    /** Adds a database and returns those that have to be closed, by their owners and outside the caller's monitor. */
    synchronized List<Idle> add(PomaiDatabase database, CachedSegment owner) {
        long now = System.nanoTime();
        var expired = new ArrayList<Idle>();
        databases.put(database, new Idle(database, owner, now));
        var oldest = databases.values().iterator();
        int excess = databases.size() - MAX_OPEN;
        while (oldest.hasNext()) {
            Idle candidate = oldest.next();
            if (excess-- <= 0 && now - candidate.since() < MAX_IDLE_NANOS) {
                break;
            }
            oldest.remove();
            expired.add(candidate);
        }
        return expired;
    }

    synchronized List<Idle> all() {
        return List.copyOf(databases.values());
    }

    synchronized void remove(PomaiDatabase database) {
        databases.remove(database);
    }

    /** A database that nobody uses since {@code since}, in nanoseconds of the JVM's clock. */
    record Idle(PomaiDatabase database, CachedSegment owner, long since) {
        void close() {
            owner.closeIdle(database);
        }
    }
}
