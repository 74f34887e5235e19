package io.pomaidb.flink.read;

import java.time.Duration;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.table.data.RowData;

/**
 * The rows of an index as a source: of one snapshot, or of one and then of all that follow. Exactly-once as far as the
 * snapshots are still there when a job restarts: a vacuum must leave those that a checkpoint is in the middle of.
 */
public final class IndexSource implements Source<RowData, IndexSplit, ScanState> {
    private static final long serialVersionUID = 1L;

    private final Scan scan;
    private final Duration poll;

    private IndexSource(Scan scan, Duration poll) {
        this.scan = scan;
        this.poll = poll;
    }

    /** The rows of a snapshot. */
    public static IndexSource bounded(Scan scan) {
        return new IndexSource(scan, null);
    }

    /**
     * The rows of a snapshot, and then what every later commit changes in them. An index that does not exist is waited for.
     *
     * @param scan without predicate, ids and limit
     * @param poll how often to look for commits
     */
    public static IndexSource continuous(Scan scan, Duration poll) {
        return new IndexSource(scan, poll);
    }

    @Override
    public Boundedness getBoundedness() {
        return poll == null ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<IndexSplit, ScanState> createEnumerator(SplitEnumeratorContext<IndexSplit> context) {
        return new IndexEnumerator(context, scan, poll, new ScanState(0, 0, List.of()));
    }

    @Override
    public SplitEnumerator<IndexSplit, ScanState> restoreEnumerator(
            SplitEnumeratorContext<IndexSplit> context, ScanState state) {
        return new IndexEnumerator(context, scan, poll, state);
    }

    @Override
    public SourceReader<RowData, IndexSplit> createReader(SourceReaderContext context) {
        return new IndexReader(scan, context);
    }

    @Override
    public SimpleVersionedSerializer<IndexSplit> getSplitSerializer() {
        return new IndexSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<ScanState> getEnumeratorCheckpointSerializer() {
        return new ScanState.Serializer();
    }
}
