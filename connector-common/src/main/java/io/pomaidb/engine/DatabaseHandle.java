package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native side of one open database, and the guard before it: one call at a time, none after close. It knows nothing
 * of the {@link PomaiDatabase} it serves, so that a forgotten one can be found unreachable, and closed from here.
 */
final class DatabaseHandle implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseHandle.class);

    private static final String IDLE = "";
    private static final String CLOSED = "close";

    private final NativeApi api;
    private final Path directory;
    private final Pointer database;

    /** Where the library writes what a call hands out. Touched by the operation that holds the guard. */
    private final Memory out;

    /** What is going on: {@link #IDLE}, {@link #CLOSED} or the name of an operation. */
    private final AtomicReference<String> state = new AtomicReference<>(IDLE);

    /** Native iterators that are open. Touched by the operation that holds the guard. */
    private final Set<ScanHandle> scans = new HashSet<>();

    /** Takes over {@code database} and {@code out}, memory for one pointer. */
    DatabaseHandle(NativeApi api, Path directory, Pointer database, Memory out) {
        this.api = api;
        this.directory = directory;
        this.database = database;
        this.out = out;
    }

    /**
     * Runs {@code body} with the native handle, alone.
     *
     * @throws IllegalStateException if the database is closed, or another call is running
     */
    <T> T during(String operation, Function<Pointer, T> body) {
        enter(operation, operation);
        try {
            return body.apply(database);
        } finally {
            state.set(IDLE);
        }
    }

    /** Memory for one pointer, zeroed. */
    Memory out() {
        out.clear();
        return out;
    }

    void add(ScanHandle scan) {
        scans.add(scan);
    }

    /** Frees a scan's native iterator, if closing the database did not do so already. */
    void end(ScanHandle scan) {
        if (scans.remove(scan)) {
            scan.free(api);
        }
    }

    /** Frees the handle and all that hangs on it. The status that the library gives is checked once all is freed. */
    void close() {
        enter(CLOSED, "close");
        free();
    }

    boolean isClosed() {
        return CLOSED.equals(state.get());
    }

    /** The last net, run by the cleaner when the database object is out of reach. */
    @Override
    public void run() {
        if (state.compareAndSet(IDLE, CLOSED)) {
            LOG.warn("The database {} was not closed; its native memory was held until now", directory);
            try {
                free();
            } catch (PomaiException failure) {
                LOG.warn("A database that was not closed failed to close", failure);
            }
        }
    }

    private void free() {
        scans.forEach(scan -> scan.free(api));
        scans.clear();
        out.close();
        api.check(api.close(database), "close " + directory);
    }

    private void enter(String next, String operation) {
        var current = state.compareAndExchange(IDLE, next);
        if (!IDLE.equals(current)) {
            throw new IllegalStateException(
                    CLOSED.equals(current)
                            ? "Cannot " + operation + " " + directory + ": the database is closed"
                            : "Cannot " + operation + " " + directory + ": another thread is in " + current
                                    + " on this handle (one call at a time; open a handle for each thread)");
        }
    }
}
