package io.pomaidb.spark.search;

/**
 * How many queries to search for at once, so that a search can end between two pieces soon after it is cancelled: few at
 * first, then as many as take about {@value #PIECE_NANOS} ns. For one thread.
 */
final class Pace {
    private static final long PIECE_NANOS = 20_000_000;

    private int queries = TaskPlan.LEAST_QUERIES;
    private long began;

    /** The size of the next piece, which is searched for now. */
    int begin() {
        began = System.nanoTime();
        return queries;
    }

    /** The piece is done, which had so many queries. */
    void end(int size) {
        long nanos = Math.max(1, System.nanoTime() - began);
        queries = (int) Math.max(1, Math.min(2L * size, PIECE_NANOS * size / nanos));
    }
}
