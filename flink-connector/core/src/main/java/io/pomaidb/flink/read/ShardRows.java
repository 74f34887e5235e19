package io.pomaidb.flink.read;

import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.ShardScan;
import java.io.IOException;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** The rows of one shard that a scan shows, as insertions. */
final class ShardRows implements SplitRows {
    private final ShardScan rows;
    private final RowMaker maker;
    private final boolean hasStored;
    private final float[] vector;
    private long left;

    ShardRows(Scan scan, PomaiIndex index, Snapshot snapshot, int shard) throws IOException {
        List<String> stored = scan.shape().stored();
        this.hasStored = !stored.isEmpty();
        this.maker = new RowMaker(scan.shape());
        this.vector = scan.shape().hasVector() ? new float[snapshot.dim()] : null;
        this.left = scan.limit();
        this.rows = scan.view(index, snapshot).scan(shard, stored);
    }

    @Override
    public RowData next() throws IOException {
        if (!step()) {
            return null;
        }
        if (vector != null) {
            rows.copyVector(vector);
        }
        return maker.row(RowKind.INSERT, rows.id(), vector, hasStored ? rows.payload() : null, rows.segment(), 0);
    }

    private boolean step() {
        if (left == 0 || !rows.next()) {
            return false;
        }
        left--;
        return true;
    }

    @Override
    public void skip(long count) {
        for (long i = 0; i < count; i++) {
            if (!step()) {
                return;
            }
        }
    }

    @Override
    public void close() {
        rows.close();
    }
}
