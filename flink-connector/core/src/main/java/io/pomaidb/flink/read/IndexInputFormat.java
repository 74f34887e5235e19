package io.pomaidb.flink.read;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.io.InputFormat;
import org.apache.flink.api.common.io.statistics.BaseStatistics;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.io.InputSplit;
import org.apache.flink.core.io.InputSplitAssigner;
import org.apache.flink.table.data.RowData;

/**
 * The rows of one snapshot in the form that Flink's full lookup cache wants: it asks for splits anew whenever it loads, and so
 * finds the snapshot that is the latest then. For one thread; copies read other shards.
 */
public final class IndexInputFormat implements InputFormat<RowData, IndexInputFormat.Shard> {
    private static final long serialVersionUID = 1L;

    private final Scan scan;
    private transient SplitRows rows;

    /** The next one; null at the end. */
    private transient RowData next;

    /** The rows of a scan. */
    public IndexInputFormat(Scan scan) {
        this.scan = scan;
    }

    /** A shard of a snapshot. */
    record Shard(long version, int shard) implements InputSplit {
        @Override
        public int getSplitNumber() {
            return shard;
        }
    }

    @Override
    public void configure(Configuration parameters) {
        // The scan says everything.
    }

    @Override
    public BaseStatistics getStatistics(BaseStatistics cached) {
        return cached;
    }

    /** All shards, also those without rows: Flink wants at least one split. */
    @Override
    public Shard[] createInputSplits(int least) throws IOException {
        Snapshot snapshot = scan.at().of(scan.access().index());
        scan.shape().check(snapshot);
        var splits = new Shard[snapshot.shards()];
        Arrays.setAll(splits, shard -> new Shard(snapshot.version(), shard));
        return splits;
    }

    @Override
    public InputSplitAssigner getInputSplitAssigner(Shard[] splits) {
        return new InOrder(splits);
    }

    @Override
    public void open(Shard split) throws IOException {
        PomaiIndex index = scan.access().index();
        rows = SplitRows.of(scan, index, index.snapshot(split.version()), split.shard());
        next = rows.next();
    }

    @Override
    public boolean reachedEnd() {
        return next == null;
    }

    @Override
    public RowData nextRecord(RowData reuse) throws IOException {
        RowData row = next;
        next = rows.next();
        return row;
    }

    @Override
    public void close() {
        SplitRows closing = rows;
        rows = null;
        next = null;
        if (closing != null) {
            closing.close();
        }
    }

    /** Gives splits to whoever asks. */
    private static final class InOrder implements InputSplitAssigner {
        private final Queue<InputSplit> left;

        InOrder(Shard[] splits) {
            left = new ArrayDeque<>(Arrays.asList(splits));
        }

        @Override
        public synchronized InputSplit getNextInputSplit(String host, int task) {
            return left.poll();
        }

        @Override
        public synchronized void returnInputSplit(List<InputSplit> splits, int task) {
            left.addAll(splits);
        }
    }
}
