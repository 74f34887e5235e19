package io.pomaidb.flink.search;

import java.time.Duration;

/** Waits for threads before what they work with is closed. */
final class Closing {
    private Closing() {}

    /** Waits for a while. */
    @FunctionalInterface
    interface Wait {
        /** Whether what was waited for has happened. */
        boolean await(Duration longest) throws InterruptedException;
    }

    /**
     * Waits on when the caller is interrupted, as a task is that is cancelled, and leaves it interrupted.
     *
     * @return whether it happened in time
     */
    static boolean await(Duration longest, Wait wait) {
        long end = System.nanoTime() + longest.toNanos();
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return wait.await(Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime())));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
