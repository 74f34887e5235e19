package io.pomaidb.search;

import io.pomaidb.engine.RecordScan;
import io.pomaidb.index.CacheUse;
import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.vector.UnitLength;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads the rows of one shard of a snapshot, the newest of each id, in no particular order. Vectors are
 * as they were written, under the cosine metric but for the rounding of floats. Made by {@link SnapshotView#scan}. For one thread; the scan itself
 * is the current row's vector.
 */
public final class ShardScan implements VectorSource, AutoCloseable {
    private static final int MAX_ROWS = 1024;
    private static final int MAX_COMPONENTS = 1 << 18;

    private final OpenShard shard;
    private final PayloadRows payload;
    private final int dim;
    private RecordScan scan;
    private int segment = -1;

    /** Rows read ahead, so that what newer segments replace is asked for together. */
    private final long[] ids;

    private final float[] vectors;
    private final float[] vector;
    private boolean[] replaced = new boolean[0];
    private int size;
    private int row;

    /** Takes over {@code shard} and {@code payload}. */
    ShardScan(OpenShard shard, PayloadRows payload, int dim) {
        this.shard = shard;
        this.payload = payload;
        this.dim = dim;
        int rows = Math.max(1, Math.min(MAX_ROWS, MAX_COMPONENTS / Math.max(1, dim)));
        ids = new long[rows];
        vectors = new float[rows * dim];
        vector = new float[dim];
    }

    /** Steps to the next row; false at the end. */
    public boolean next() {
        do {
            row++;
            if (row >= size && !fill()) {
                row = size;
                return false;
            }
        } while (replaced[row]);
        return true;
    }

    /** Reads the next rows that the filter shows, and stands on the first of them; false at the end. */
    private boolean fill() {
        row = 0;
        size = 0;
        while (size == 0 && segment < shard.size()) {
            if (scan == null) {
                segment++;
                if (segment < shard.size()) {
                    scan = shard.segment(segment).database().scan();
                }
            } else {
                read();
            }
        }
        return size > 0;
    }

    private void read() {
        OpenSegment from = shard.segment(segment);
        while (size < ids.length) {
            if (!scan.next()) {
                endScan();
                break;
            }
            if (from.shows(scan.id())) {
                scan.copyVector(vector);
                UnitLength.restore(vector, scan.scale());
                System.arraycopy(vector, 0, vectors, size * dim, dim);
                ids[size++] = scan.id();
            }
        }
        replaced = shard.replaced(Arrays.copyOf(ids, size), segment);
    }

    /** Id of the current row. */
    public long id() {
        return ids[current()];
    }

    /** The segment that holds the current row. */
    public Segment segment() throws IOException {
        return shard.segment(segment).segmentOf(id());
    }

    @Override
    public int size() {
        return dim;
    }

    @Override
    public boolean isNullAt(int i) {
        return false;
    }

    @Override
    public float component(int i) {
        return vectors[current() * dim + i];
    }

    /**
     * The current row's payload: the columns that the scan was opened with. The next step changes it.
     *
     * @throws io.pomaidb.error.DataException if a payload file is missing or damaged; it names the file
     */
    public PayloadRow payload() throws IOException {
        return payload.next(segment, id());
    }

    /** Copies the current row's vector into {@code target}, which has the index's dimension. */
    public void copyVector(float[] target) {
        System.arraycopy(vectors, current() * dim, target, 0, dim);
    }

    /** What opening the shard asked of the segment cache. */
    public CacheUse cacheUse() {
        return shard.cacheUse();
    }

    private int current() {
        if (row >= size) {
            throw new IllegalStateException("Cannot read a row of a shard: there is no current row");
        }
        return row;
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
        size = 0;
        try {
            endScan();
            payload.close();
        } finally {
            shard.close();
        }
    }
}
