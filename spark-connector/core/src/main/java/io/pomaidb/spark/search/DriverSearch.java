package io.pomaidb.spark.search;

import io.pomaidb.index.PomaiIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * A search in the driver's own process, where that is the executor too. As many threads as there are cores, the caller's
 * being one, take the queries piece by piece, and search the whole index for each piece. Before each they look whether the
 * caller was interrupted, and whether the time is over: what is left then is for tasks, which Spark can cancel. For one use.
 */
final class DriverSearch {
    private final IndexSearch search;
    private final PomaiIndex index;
    private final SearchBatch batch;
    private final int cores;
    private final int threads;
    private final long started = System.nanoTime();
    private final long mostNanos;
    private final Thread caller = Thread.currentThread();

    /** Of each query the hits; a thread writes those of its own pieces. */
    private final InternalRow[][] rows;

    /** Queries that are taken, from the first on. All of them get their answers, unless the search fails. */
    private int taken;

    private boolean failed;

    /**
     * A search by the calling thread and others.
     *
     * @param cores how many threads may search at once
     * @param mostNanos the time after which no more queries are taken
     */
    DriverSearch(IndexSearch search, PomaiIndex index, SearchBatch batch, int cores, long mostNanos) {
        this.search = search;
        this.index = index;
        this.batch = batch;
        this.cores = cores;
        this.threads = Math.max(1, Math.min(cores, batch.size() / TaskPlan.LEAST_QUERIES));
        this.mostNanos = mostNanos;
        this.rows = new InternalRow[batch.size()][];
    }

    /**
     * Searches until all queries have their answers or the time is over.
     *
     * @return how many have their answers, from the first on
     * @throws InterruptedException if the calling thread was interrupted, which it then is no longer
     */
    int run(SearchTally tally) throws IOException, InterruptedException {
        var open = new ArrayList<OpenIndex>();
        try {
            for (int thread = 0; thread < threads; thread++) {
                open.add(new OpenIndex(search, index, tally, cores / threads, thread));
            }
            runIn(open);
        } catch (IOException | UncheckedIOException e) {
            // Files that an interrupted thread opens are closed, which is no failure of theirs.
            if (caller.isInterrupted()) {
                throw interrupted(e);
            }
            throw e;
        } finally {
            open.forEach(OpenIndex::close);
        }
        if (caller.isInterrupted()) {
            throw interrupted(null);
        }
        return taken;
    }

    private InterruptedException interrupted(Exception cause) {
        Thread.interrupted();
        var interrupted = new InterruptedException("Interrupted while searching index " + search.path());
        interrupted.initCause(cause);
        return interrupted;
    }

    /** The hits of the queries that have their answers. */
    List<InternalRow> rows() {
        var all = new ArrayList<InternalRow>();
        Arrays.stream(rows, 0, taken).forEach(some -> all.addAll(Arrays.asList(some)));
        return all;
    }

    private void runIn(List<OpenIndex> open) {
        var others = open.subList(1, open.size()).stream()
                .map(index -> CompletableFuture.runAsync(() -> searchPieces(index), DriverSearch::start))
                .toList();
        try {
            searchPieces(open.get(0));
        } finally {
            // No interrupt ends this wait: what they search in is closed next.
            CompletableFuture.allOf(others.toArray(CompletableFuture[]::new))
                    .exceptionally(failure -> null)
                    .join();
        }
        others.forEach(DriverSearch::rethrow);
    }

    private static void start(Runnable search) {
        var thread = new Thread(null, search, "pomaidb-search", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    private static void rethrow(CompletableFuture<Void> ended) {
        try {
            ended.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private void searchPieces(OpenIndex open) {
        boolean whole = false;
        try {
            var pace = new Pace();
            for (Piece piece = take(pace.begin()); piece != null; piece = take(pace.begin())) {
                SearchBatch part = batch.part(piece.from, piece.to);
                InternalRow[][] found = open.rows(open.search(part.vectors()), part::id);
                System.arraycopy(found, 0, rows, piece.from, found.length);
                pace.end(found.length);
            }
            whole = true;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot search index " + search.path(), e);
        } finally {
            if (!whole) {
                fail();
            }
        }
    }

    private record Piece(int from, int to) {}

    /** Some queries; null if there are none left, or no more are to be searched for. */
    private synchronized Piece take(int most) {
        boolean late = taken > 0 && System.nanoTime() - started > mostNanos;
        if (taken == batch.size() || failed || late || caller.isInterrupted()) {
            return null;
        }
        // Smaller pieces towards the end, so that all threads end at about the same time.
        int fair = Math.max(TaskPlan.LEAST_QUERIES / 2, (batch.size() - taken) / (2 * threads));
        var piece = new Piece(taken, Math.min(batch.size(), taken + Math.min(most, fair)));
        taken = piece.to;
        return piece;
    }

    private synchronized void fail() {
        failed = true;
    }
}
