package io.pomaidb.flink.sink;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what a cluster will do. */
final class Awaiting {
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Awaiting() {}

    static void until(String what, Duration deadline, Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > deadline.toNanos()) {
                throw new AssertionError("Not " + what + " within " + deadline);
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }
}
