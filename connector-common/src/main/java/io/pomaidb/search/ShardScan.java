package io.pomaidb.search;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.Snapshot;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;

/**
 * Reads all rows of one shard of a snapshot, the newest of each id, in no particular order. Under the cosine metric
 * vectors are as they were stored, scaled to length one. For one thread; the scan itself is the current row's vector.
 */
public final class ShardScan implements VectorSource, AutoCloseable {
    private final OpenShard shard;
    private RecordScan scan;
    private int segment = -1;

    private ShardScan(OpenShard shard) {
        this.shard = shard;
    }

    /** Opens the segments of a shard as {@link ShardSearcher#open} does. */
    public static ShardScan open(
            PomaiIndex index, Snapshot snapshot, int shard, SegmentCache cache, PomaiOptions options, int cores)
            throws IOException {
        return new ShardScan(OpenShard.open(index, snapshot, shard, cache, options, cores));
    }

    /** Steps to the next row; false at the end. */
    public boolean next() {
        while (segment < shard.size()) {
            while (scan != null && scan.next()) {
                if (shard.isLive(scan.id(), segment)) {
                    return true;
                }
            }
            endScan();
            segment++;
            if (segment < shard.size()) {
                scan = shard.database(segment).scan();
            }
        }
        return false;
    }

    /** Id of the current row. */
    public long id() {
        return current().id();
    }

    @Override
    public int size() {
        return current().dim();
    }

    @Override
    public boolean isNullAt(int i) {
        return false;
    }

    @Override
    public float component(int i) {
        return current().component(i);
    }

    /** Copies the current row's vector into {@code target}, which has the index's dimension. */
    public void copyVector(float[] target) {
        current().copyVector(target);
    }

    private RecordScan current() {
        if (scan == null) {
            throw new IllegalStateException("Cannot read a row of a shard: there is no current row");
        }
        return scan;
    }

    private void endScan() {
        if (scan != null) {
            scan.close();
            scan = null;
        }
    }

    /** Ends the scan and gives the segments back to the cache. A second call does nothing. */
    @Override
    public void close() {
        segment = shard.size();
        try {
            endScan();
        } finally {
            shard.close();
        }
    }
}
