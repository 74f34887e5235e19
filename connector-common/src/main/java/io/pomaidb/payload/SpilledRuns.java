package io.pomaidb.payload;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Scratch files of rows in the order of their ids, from the oldest to the newest. So many of one size are merged to one, so
 * that there are never many to read at once. For one thread. {@link #close} deletes them.
 */
final class SpilledRuns implements AutoCloseable {
    private static final int MERGED_RUNS = 32;

    private final Path scratch;
    private final boolean hasKeys;
    private final List<SpilledRun.Writer> runs = new ArrayList<>();
    private int files;

    /**
     * No runs yet.
     *
     * @param scratch an existing local folder for these files alone
     * @param hasKeys whether rows begin with a key, which then has to be the same in all rows of an id
     */
    SpilledRuns(Path scratch, boolean hasKeys) {
        this.scratch = scratch;
        this.hasKeys = hasKeys;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** The newest run if rows from this id on can follow its own, else a new one. */
    SpilledRun.Writer runFrom(long least) throws IOException {
        SpilledRun.Writer last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        return last == null || last.level() > 0 || !last.isBefore(least) ? newRun() : last;
    }

    private SpilledRun.Writer newRun() throws IOException {
        mergeNewest();
        SpilledRun.Writer run = newWriter(0);
        runs.add(run);
        return run;
    }

    private SpilledRun.Writer newWriter(int level) throws IOException {
        return new SpilledRun.Writer(scratch.resolve("payload-" + files++ + ".run"), level);
    }

    /** Merges the newest runs while there are many of one level. */
    private void mergeNewest() throws IOException {
        while (runs.size() >= MERGED_RUNS) {
            List<SpilledRun.Writer> newest = runs.subList(runs.size() - MERGED_RUNS, runs.size());
            int level = newest.get(0).level();
            if (newest.get(MERGED_RUNS - 1).level() != level) {
                return;
            }
            var merging = List.copyOf(newest);
            SpilledRun.Writer merged = newWriter(level + 1);
            try {
                RunMerge.merge(merging, hasKeys, (id, bytes, size) -> merged.add(id, bytes, 0, size));
            } catch (IOException | RuntimeException e) {
                merged.close();
                throw e;
            }
            newest.clear();
            runs.add(merged);
            for (SpilledRun.Writer run : merging) {
                run.close();
            }
        }
    }

    /**
     * Merges all runs. Nothing can be added any more.
     *
     * @throws io.pomaidb.error.DataException if two keys have the same id
     */
    void merge(RunMerge.Target target) throws IOException {
        RunMerge.merge(runs, hasKeys, target);
    }

    /** Deletes the files. A second call does nothing. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (SpilledRun.Writer run : runs) {
            try {
                run.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        runs.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
