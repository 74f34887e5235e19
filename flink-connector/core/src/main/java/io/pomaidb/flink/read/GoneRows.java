package io.pomaidb.flink.read;

import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.search.ShardScan;
import io.pomaidb.search.SnapshotRows;
import io.pomaidb.search.StoredRow;
import java.io.IOException;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;
import org.roaringbitmap.longlong.LongIterator;

/** The rows that a commit deleted, as they were: those of the ids that it names, or where it replaced all, of a shard. */
final class GoneRows extends QueuedRows {
    private final RowMaker maker;
    private final IndexSplit split;
    private final SnapshotRows before;
    private final SnapshotRows now;

    /** One of the two gives the ids that may be gone. */
    private final ShardScan all;

    private final LongIterator deleted;

    GoneRows(Scan scan, PomaiIndex index, Step step, IndexSplit split) throws IOException {
        this.maker = new RowMaker(scan.shape());
        this.split = split;
        this.before = new SnapshotRows(
                scan.access().view(index, step.from()),
                scan.shape().stored(),
                scan.shape().hasVector());
        this.now = new SnapshotRows(scan.access().view(index, step.to()), List.of(), false);
        if (step.replaces()) {
            this.all = scan.access().view(index, step.from()).scan(split.shard());
            this.deleted = null;
        } else {
            this.all = null;
            this.deleted = step.deleted(index, split.shard()).getLongIterator();
        }
    }

    @Override
    boolean fill(Deque<RowData> changes) throws IOException {
        var asked = new long[AT_ONCE];
        int count = 0;
        while (count < AT_ONCE && (all == null ? deleted.hasNext() : all.next())) {
            long id = all == null ? deleted.next() : all.id();
            if (split.has(id)) {
                asked[count++] = id;
            }
        }
        List<StoredRow> alive = now.find(Arrays.copyOf(asked, count));
        int gone = 0;
        for (int i = 0; i < count; i++) {
            if (alive.get(i) == null) {
                asked[gone++] = asked[i];
            }
        }
        List<StoredRow> old = before.find(Arrays.copyOf(asked, gone));
        for (int i = 0; i < gone; i++) {
            StoredRow was = old.get(i);
            if (was != null) {
                changes.add(maker.row(RowKind.DELETE, asked[i], was.vector(), was.payload(), was.segment(), 0));
            }
        }
        return count > 0;
    }

    @Override
    public void close() {
        try (before;
                now) {
            if (all != null) {
                all.close();
            }
        }
    }
}
