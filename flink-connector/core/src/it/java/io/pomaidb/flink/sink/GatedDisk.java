package io.pomaidb.flink.sink;

import io.pomaidb.fixture.HookedDisk;
import io.pomaidb.flink.HadoopSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;

/** The local disk, {@code gated:///path}, on which the upload of a segment waits for its last file until it is let through. */
public final class GatedDisk extends HookedDisk {
    /** The last in the order of names, and so the last that is uploaded. */
    private static final String LAST_FILE = "MANIFEST";

    private static final int OPEN = 1 << 20;
    private static final long LONGEST_SECONDS = 300;

    private static final AtomicInteger WAITING = new AtomicInteger();
    private static final AtomicInteger PASSED = new AtomicInteger();
    private static volatile Semaphore gate = new Semaphore(OPEN);
    private static volatile boolean broken;

    static final HadoopSettings SETTINGS = HadoopSettings.with(Map.of("fs.gated.impl", GatedDisk.class.getName()));

    /** Closes the gate and forgets what has passed. */
    static void shut() {
        gate = new Semaphore(0);
        PASSED.set(0);
        broken = false;
    }

    /** Lets some segments through. */
    static void let(int segments) {
        gate.release(segments);
    }

    /** Lets all segments through from now on. */
    static void open() {
        gate.release(OPEN);
    }

    /** Has all later uploads that come through the gate fail. */
    static void fail() {
        broken = true;
    }

    /** Segments that wait at the gate. */
    static int waiting() {
        return WAITING.get();
    }

    /** Segments that were let through since the gate was shut. */
    static int passed() {
        return PASSED.get();
    }

    @Override
    public String getScheme() {
        return "gated";
    }

    @Override
    protected void before(Operation operation, Path path) throws IOException {
        if (operation != Operation.CREATE || !path.getName().equals(LAST_FILE)) {
            return;
        }
        WAITING.incrementAndGet();
        try {
            if (!gate.tryAcquire(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("A test has kept " + path + " for " + LONGEST_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw (IOException) new InterruptedIOException("Nobody waits for " + path).initCause(e);
        } finally {
            WAITING.decrementAndGet();
        }
        if (broken) {
            throw new IOException("A test wants the upload of " + path + " to fail");
        }
        PASSED.incrementAndGet();
    }
}
