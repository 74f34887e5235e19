package io.pomaidb.flink.read;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.table.data.RowData;

/** The rows, or changes of rows, of one split, in an order that is the same each time. For one thread. */
interface SplitRows extends AutoCloseable {
    /** The rows of one shard that a scan shows. */
    static SplitRows of(Scan scan, PomaiIndex index, Snapshot snapshot, int shard) throws IOException {
        Optional<long[]> ids = scan.knownIds();
        return ids.isPresent()
                ? new FoundRows(scan, ids.get(), index, snapshot, shard)
                : new ShardRows(scan, index, snapshot, shard);
    }

    /** The next one; null at the end. */
    RowData next() throws IOException;

    /** Passes over some as if they had been given out. */
    default void skip(long count) throws IOException {
        for (long i = 0; i < count && next() != null; i++) {
            // What was given out before the failure is behind the reader.
        }
    }

    @Override
    void close();
}
