package io.pomaidb.flink.read;

import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.search.ShardScan;
import io.pomaidb.search.SnapshotRows;
import io.pomaidb.search.StoredRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** The rows of a shard that a commit made or replaced: an insertion, or what was there before and what is there now. */
final class ChangedRows extends QueuedRows {
    private final RowMaker maker;
    private final IndexSplit split;
    private final boolean hasStored;
    private final float[] vector;
    private final ShardScan now;
    private final SnapshotRows before;

    ChangedRows(Scan scan, PomaiIndex index, Step step, IndexSplit split) throws IOException {
        this.split = split;
        List<String> stored = scan.shape().stored();
        this.hasStored = !stored.isEmpty();
        this.maker = new RowMaker(scan.shape());
        this.vector = scan.shape().hasVector() ? new float[step.to().dim()] : null;
        this.now = scan.access().view(index, step.to()).where(step.candidates()).scan(split.shard(), stored);
        this.before = new SnapshotRows(scan.access().view(index, step.from()), stored, vector != null);
    }

    @Override
    boolean fill(Deque<RowData> changes) throws IOException {
        var ids = new long[AT_ONCE];
        var segments = new ArrayList<Segment>(AT_ONCE);
        var rows = new ArrayList<GenericRowData>(AT_ONCE);
        while (rows.size() < AT_ONCE && now.next()) {
            if (!split.has(now.id())) {
                continue;
            }
            if (vector != null) {
                now.copyVector(vector);
            }
            ids[rows.size()] = now.id();
            segments.add(now.segment());
            rows.add(maker.row(RowKind.INSERT, now.id(), vector, hasStored ? now.payload() : null, now.segment(), 0));
        }
        List<StoredRow> old = before.find(Arrays.copyOf(ids, rows.size()));
        for (int i = 0; i < rows.size(); i++) {
            StoredRow was = old.get(i);
            if (was == null) {
                changes.add(rows.get(i));
            } else if (!was.segment().uuid().equals(segments.get(i).uuid())) {
                changes.add(maker.row(RowKind.UPDATE_BEFORE, ids[i], was.vector(), was.payload(), was.segment(), 0));
                rows.get(i).setRowKind(RowKind.UPDATE_AFTER);
                changes.add(rows.get(i));
            }
        }
        return !rows.isEmpty();
    }

    @Override
    public void close() {
        try {
            now.close();
        } finally {
            before.close();
        }
    }
}
