package io.pomaidb.flink.read;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.table.data.RowData;

/** Gives out the rows of splits and counts them; asks for a split when it has none. */
@SuppressWarnings("try") // Of what Flink declares of close().
final class IndexReader
        extends SingleThreadMultiplexSourceReaderBase<RowData, RowData, IndexSplit, IndexReader.Progress> {
    private final List<Integer> held = new ArrayList<>();
    private boolean started;

    IndexReader(Scan scan, SourceReaderContext context) {
        super(
                () -> new IndexSplitReader(scan),
                (row, output, progress) -> {
                    output.collect(row);
                    progress.done++;
                },
                context.getConfiguration(),
                context);
    }

    /** A split, and how far it has been read. */
    static final class Progress {
        private final IndexSplit split;
        private long done;

        Progress(IndexSplit split) {
            this.split = split;
            this.done = split.done();
        }
    }

    /** Those that the reader is restored with come before its start. */
    @Override
    public void addSplits(List<IndexSplit> splits) {
        if (!started) {
            splits.forEach(split -> held.add(split.lane()));
        }
        super.addSplits(splits);
    }

    @Override
    public void start() {
        started = true;
        context.sendSourceEventToCoordinator(new HeldLanes(held));
        askForSplit();
    }

    private void askForSplit() {
        if (getNumberOfCurrentlyAssignedSplits() == 0) {
            context.sendSplitRequest();
        }
    }

    @Override
    protected void onSplitFinished(Map<String, Progress> finished) {
        askForSplit();
    }

    @Override
    protected Progress initializedState(IndexSplit split) {
        return new Progress(split);
    }

    @Override
    protected IndexSplit toSplitType(String splitId, Progress progress) {
        return progress.split.after(progress.done);
    }
}
