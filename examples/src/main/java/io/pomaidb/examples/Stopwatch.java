package io.pomaidb.examples;

import java.util.Arrays;

/** Times of a benchmark, in seconds. */
final class Stopwatch {
    private final long started = System.nanoTime();

    /** Seconds since this was made. */
    double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    /** The middle one of some times. */
    static double median(double[] seconds) {
        var sorted = seconds.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
