package io.pomaidb.flink.sink;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreWriteTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Writes a stream into a sharded index, for {@link DataStream#sinkTo}:
 *
 * <pre>{@code
 * stream.sinkTo(PomaiSink.<Word>builder()
 *         .path("hdfs:///indexes/words")
 *         .option("metric", "cosine")
 *         .option("shards", "8")
 *         .id(Word::id)
 *         .vector(Word::embedding)
 *         .payload("text", PayloadType.STRING, Word::text)
 *         .build());
 * }</pre>
 *
 * <p><b>Delivery guarantee.</b> Exactly once, with checkpoints in mode {@code EXACTLY_ONCE}: the rows up to a checkpoint
 * become visible together, as one version of the index, when the checkpoint has completed, whatever tasks fail or run
 * again before, during or after that. A commit that is repeated is recognised by the run of the sink and the checkpoint's
 * id. A job that starts from an older savepoint, or without state, commits what it reads again: rows replace those with the
 * same id, so that every id is there once. With checkpoints in mode {@code AT_LEAST_ONCE} rows may be written twice, with
 * the same result. In batch mode, and for bounded streams without checkpoints, all rows become visible at the end: an
 * unbounded stream needs checkpoints, or it never shows a row.
 *
 * <p><b>Order.</b> Of the rows of one id the last that reaches the sink wins; rows of one id have to come from one task,
 * as they do behind a {@code keyBy}.
 *
 * <p><b>Memory.</b> A subtask holds rows in native memory until they are frozen into a segment, at each checkpoint and
 * when half of option {@code memory_budget_bytes} (of 512 MiB where it is not set) is reached; the other half holds the
 * rows that are being frozen in the background. When both are full the stream waits.
 *
 * <p><b>After failures.</b> Files that failed attempts leave behind are deleted when they are older than
 * {@link PomaiSinkBuilder#orphanAge}. A savepoint older than that may name segments that were never committed and are
 * gone; to restore from it fails, with a message that says so.
 *
 * @param <T> type of the rows
 */
public class PomaiSink<T>
        implements Sink<T>,
                SupportsCommitter<CheckpointCommittable>,
                SupportsPreWriteTopology<T>,
                SupportsPreCommitTopology<WrittenPart, CheckpointCommittable> {
    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;
    private final RowAdapter<T> adapter;

    PomaiSink(SinkSettings settings, RowAdapter<T> adapter) {
        this.settings = settings;
        this.adapter = adapter;
    }

    /** A builder of a sink for rows of type {@code T}. */
    public static <T> PomaiSinkBuilder<T> builder() {
        return new PomaiSinkBuilder<>();
    }

    final SinkSettings settings() {
        return settings;
    }

    final RowAdapter<T> adapter() {
        return adapter;
    }

    @Override
    public DataStream<T> addPreWriteTopology(DataStream<T> rows) {
        SinkChecks.check(settings, rows);
        return rows.partitionCustom(new ShardPartitioner(settings), new IdSelector<>(adapter));
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
        return new IndexSinkWriter<>(settings, adapter, context);
    }

    @Override
    public DataStream<CommittableMessage<CheckpointCommittable>> addPreCommitTopology(
            DataStream<CommittableMessage<WrittenPart>> parts) {
        TypeInformation<CommittableMessage<CheckpointCommittable>> type =
                CommittableMessageTypeInfo.of(CommittableSerializer::new);
        // To the committer's first subtask as well: one commit a checkpoint.
        return parts.global()
                .transform("PomaiDB checkpoint", type, new CheckpointAggregator(settings))
                .setParallelism(1)
                .setMaxParallelism(1)
                .global();
    }

    @Override
    public SimpleVersionedSerializer<WrittenPart> getWriteResultSerializer() {
        return new PartSerializer();
    }

    @Override
    public Committer<CheckpointCommittable> createCommitter(CommitterInitContext context) {
        return new IndexCommitter(settings, context);
    }

    @Override
    public SimpleVersionedSerializer<CheckpointCommittable> getCommittableSerializer() {
        return new CommittableSerializer();
    }
}
