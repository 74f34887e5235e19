package io.pomaidb.write;

import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.VectorBatch;
import java.util.Arrays;

/**
 * Counts the different ids of a build without keeping them. Ids in ascending order, as those of a segment that is rewritten,
 * count themselves: duplicates stand side by side. Of a batch in another order, as of rows that come from several tasks, the
 * database is asked in one call which ids it has already.
 */
final class RowCount {
    private long rows;
    private long highest;
    private boolean hasHighest;

    /** Of the batch: ids above all before them, and whether there are others than these and repetitions of them. */
    private int higher;

    private boolean inOrder = true;

    /** Whether {@link #highest} may be of a row that was removed. */
    private boolean hasRemoved;

    /** Counts an id that was added to the batch. */
    void add(long id) {
        if (!hasHighest || id > highest) {
            higher++;
            highest = id;
            hasHighest = true;
        } else if (id < highest || hasRemoved) {
            inOrder = false;
        }
    }

    /** Counts a batch whose ids were all added here, before it is put into the database. */
    void put(VectorBatch batch, PomaiDatabase database) {
        rows += inOrder ? higher : missing(batch, database);
        higher = 0;
        inOrder = true;
    }

    private static long missing(VectorBatch batch, PomaiDatabase database) {
        var ids = new long[batch.size()];
        Arrays.setAll(ids, batch::id);
        Arrays.sort(ids);
        boolean[] exists = database.exists(ids);
        long missing = 0;
        for (int i = 0; i < ids.length; i++) {
            if (!exists[i] && (i == 0 || ids[i] != ids[i - 1])) {
                missing++;
            }
        }
        return missing;
    }

    /** Counts a row out that is about to be deleted, if the database has it. */
    void remove(long id, PomaiDatabase database) {
        hasRemoved = true;
        if (database.exists(id)) {
            rows--;
        }
    }

    /** Different ids of the rows in the database. */
    long rows() {
        return rows;
    }
}
