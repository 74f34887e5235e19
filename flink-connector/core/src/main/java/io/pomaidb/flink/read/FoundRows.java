package io.pomaidb.flink.read;

import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.ShardSearcher;
import io.pomaidb.search.StoredRow;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** The rows of one shard whose ids a scan knows, as insertions: found, where a scan would pass over all others. */
final class FoundRows implements SplitRows {
    private static final int AT_ONCE = 1024;

    private final ShardSearcher shard;
    private final Scan scan;
    private final RowMaker maker;
    private final long[] ids;
    private int from;
    private List<StoredRow> rows = List.of();
    private int row;
    private long left;

    FoundRows(Scan scan, long[] ids, PomaiIndex index, Snapshot snapshot, int shard) throws IOException {
        this.scan = scan;
        this.ids = ids;
        this.maker = new RowMaker(scan.shape());
        this.left = scan.limit();
        this.shard = scan.view(index, snapshot).searcher(shard);
    }

    @Override
    public RowData next() throws IOException {
        while (left > 0) {
            if (row == rows.size()) {
                from += rows.size();
                if (from == ids.length) {
                    return null;
                }
                int to = Math.min(ids.length, from + AT_ONCE);
                rows = shard.rows(
                        Arrays.copyOfRange(ids, from, to),
                        scan.shape().stored(),
                        scan.shape().hasVector());
                row = 0;
            }
            StoredRow found = rows.get(row++);
            if (found != null) {
                left--;
                return maker.row(
                        RowKind.INSERT, ids[from + row - 1], found.vector(), found.payload(), found.segment(), 0);
            }
        }
        return null;
    }

    @Override
    public void close() {
        shard.close();
    }
}
