package io.pomaidb.flink.sink;

import io.pomaidb.fixture.HookedDisk;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;

/** The local disk, {@code chaos:///path}, on which a part of all creations, readings and listings fail, when armed. */
public final class ChaosFileSystem extends HookedDisk {
    private static final AtomicInteger FAILURES = new AtomicInteger();
    private static volatile double probability;

    /** Has this part of all operations fail from now on. */
    static void arm(double newProbability) {
        probability = newProbability;
    }

    /** Operations that have failed so far. */
    static int failures() {
        return FAILURES.get();
    }

    @Override
    public String getScheme() {
        return "chaos";
    }

    @Override
    protected void before(Operation operation, Path path) throws IOException {
        if (operation != Operation.DELETE && ThreadLocalRandom.current().nextDouble() < probability) {
            FAILURES.incrementAndGet();
            throw new IOException("A test wants operations on " + path + " to fail");
        }
    }
}
