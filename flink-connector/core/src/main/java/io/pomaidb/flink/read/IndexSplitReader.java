package io.pomaidb.flink.read;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.table.data.RowData;

/** Reads one split after another, away from the task's thread: segments are fetched while rows are processed. */
final class IndexSplitReader implements SplitReader<RowData, IndexSplit> {
    private static final int AT_ONCE = 256;
    private static final int KEPT_SNAPSHOTS = 2;

    private final Scan scan;
    private final ArrayDeque<IndexSplit> splits = new ArrayDeque<>();
    private final Map<Long, Snapshot> snapshots = new LinkedHashMap<>();
    private PomaiIndex index;
    private IndexSplit split;
    private SplitRows rows;

    IndexSplitReader(Scan scan) {
        this.scan = scan;
    }

    @Override
    public RecordsWithSplitIds<RowData> fetch() throws IOException {
        var records = new RecordsBySplits.Builder<RowData>();
        if (rows == null) {
            split = splits.poll();
            if (split == null) {
                return records.build();
            }
            rows = open(split);
            rows.skip(split.done());
        }
        for (int i = 0; i < AT_ONCE; i++) {
            RowData row = rows.next();
            if (row == null) {
                records.addFinishedSplit(split.splitId());
                close();
                break;
            }
            records.add(split.splitId(), row);
        }
        return records.build();
    }

    private SplitRows open(IndexSplit opening) throws IOException {
        if (index == null) {
            index = scan.access().index();
        }
        Snapshot snapshot = snapshot(opening.version());
        return switch (opening.kind()) {
            case ROWS -> SplitRows.of(scan, index, snapshot, opening.shard());
            case CHANGED -> new ChangedRows(scan, index, new Step(snapshot(opening.previous()), snapshot), opening);
            case GONE -> new GoneRows(scan, index, new Step(snapshot(opening.previous()), snapshot), opening);
        };
    }

    private Snapshot snapshot(long version) throws IOException {
        Snapshot known = snapshots.get(version);
        if (known == null) {
            known = index.snapshot(version);
            snapshots.keySet().removeIf(old -> snapshots.size() >= KEPT_SNAPSHOTS && old + 1 < version);
            snapshots.put(version, known);
        }
        return known;
    }

    @Override
    public void handleSplitsChanges(SplitsChange<IndexSplit> change) {
        splits.addAll(change.splits());
    }

    @Override
    public void wakeUp() {
        // A fetch gives up after some rows by itself.
    }

    @Override
    public void close() {
        SplitRows closing = rows;
        rows = null;
        if (closing != null) {
            closing.close();
        }
    }
}
