package io.pomaidb.flink.read;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.table.data.RowData;

/** Changes that are found many at a time. */
abstract class QueuedRows implements SplitRows {
    /** Ids that are asked for together. */
    static final int AT_ONCE = 256;

    private final ArrayDeque<RowData> changes = new ArrayDeque<>();

    /** Looks at the next ids and adds what changed, which may be nothing; false at the end. */
    abstract boolean fill(Deque<RowData> to) throws IOException;

    @Override
    public final RowData next() throws IOException {
        while (changes.isEmpty()) {
            if (!fill(changes)) {
                return null;
            }
        }
        return changes.poll();
    }
}
