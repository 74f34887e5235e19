package io.pomaidb.index;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What searches of segments have cost so far that could be merged into one database, held against what the merging would
 * cost. Merging as soon as both are equal never costs more than twice of what the better of both would have, whatever
 * searches follow. Thread-safe.
 */
final class MergeTally {
    private final long price;
    private final AtomicLong spent = new AtomicLong();

    /** A tally that starts at nothing. */
    MergeTally(long priceNanos) {
        this.price = priceNanos;
    }

    /** Adds the time of a search; whether it is time to merge. */
    boolean spend(long nanos) {
        return spent.addAndGet(nanos) >= price;
    }

    boolean isDue() {
        return spent.get() >= price;
    }

    /** Puts off the next attempt, after one that failed, for as long as the first took to come. */
    void startOver() {
        spent.set(0);
    }
}
