package io.pomaidb.spark.write;

import io.pomaidb.error.ConfigurationException;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.connector.write.streaming.StreamingDataWriterFactory;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;

/**
 * One micro-batch of a stream. The index remembers the last batch of each query, so that a batch that Spark runs again,
 * after a restart or a kill, is committed once.
 */
final class IndexStreamWrite implements StreamingWrite {
    private static final long NONE = -1;

    private final IndexBatchWrite write;
    private final String queryId;
    private long batch = NONE;

    /**
     * A write of one batch.
     *
     * @param queryId names the query across restarts
     */
    IndexStreamWrite(IndexBatchWrite write, String queryId) {
        this.write = write;
        this.queryId = queryId;
    }

    @Override
    public StreamingDataWriterFactory createStreamingWriterFactory(PhysicalWriteInfo info) {
        return new IndexStreamWriterFactory(write.createBatchWriterFactory(info));
    }

    @Override
    public boolean useCommitCoordinator() {
        return write.useCommitCoordinator();
    }

    @Override
    public void commit(long epoch, WriterCommitMessage[] messages) {
        if (batch != NONE && batch != epoch) {
            throw new ConfigurationException("Cannot write a stream to " + write
                    + ": it is processed continuously (accepted: triggers that process it in batches)");
        }
        batch = epoch;
        write.commit(messages, queryId, epoch);
    }

    @Override
    public void abort(long epoch, WriterCommitMessage[] messages) {
        write.abort(messages);
    }
}
