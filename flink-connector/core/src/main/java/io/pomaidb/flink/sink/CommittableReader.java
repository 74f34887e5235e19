package io.pomaidb.flink.sink;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.Routing;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentFile;
import io.pomaidb.index.Tombstones;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.write.PlannedWrite;
import io.pomaidb.write.WriteMode;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Reads what {@link CommittableWriter} wrote. Makes nothing larger than the bytes it was given. */
final class CommittableReader {
    private final ByteBuffer in;

    CommittableReader(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes);
    }

    /** Reads one thing, which must be all there is. */
    @FunctionalInterface
    interface Content<R> {
        R read(CommittableReader reader);
    }

    static <R> R read(byte[] bytes, Content<R> content) throws IOException {
        var reader = new CommittableReader(bytes);
        try {
            R read = content.read(reader);
            if (reader.in.hasRemaining()) {
                throw new IOException("Cannot read a committable: " + reader.in.remaining() + " bytes are left over");
            }
            return read;
        } catch (BufferUnderflowException | IllegalArgumentException | ConfigurationException e) {
            throw new IOException(
                    "Cannot read a committable: at byte " + reader.in.position() + " of " + bytes.length
                            + " it is not what this version writes",
                    e);
        }
    }

    CheckpointCommittable committable() {
        var run = new SinkRun(text(), in.getLong(), uuid());
        long checkpointId = in.getLong();
        int count = count();
        var parts = new ArrayList<WrittenPart>();
        for (int i = 0; i < count; i++) {
            parts.add(part());
        }
        return new CheckpointCommittable(run, checkpointId, parts);
    }

    WrittenPart part() {
        String path = text();
        WriteMode mode = WriteMode.valueOf(text());
        IndexParameters parameters = parameters();
        PlannedWrite.Basis basis = flag() ? new PlannedWrite.Basis(uuid(), in.getLong(), parameters()) : null;
        var planned = new PlannedWrite(path, mode, parameters, basis, columns());
        int count = count();
        var segments = new ArrayList<WrittenSegment>();
        for (int i = 0; i < count; i++) {
            segments.add(new WrittenSegment(segment(), in.getInt(), in.getLong()));
        }
        return new WrittenPart(planned, segments);
    }

    private IndexParameters parameters() {
        String idColumn = text();
        IdType idType = IdType.valueOf(text());
        var schema = new IndexSchema(idColumn, idType, text(), columns());
        IndexMetric metric = IndexMetric.valueOf(text());
        int dim = in.getInt();
        var engine = new EngineParameters(in.getInt(), in.getInt(), in.getInt(), in.getInt());
        int shards = in.getInt();
        Routing routing = flag() ? new Routing(file()) : Routing.HASH;
        return new IndexParameters(schema, metric, dim, engine, shards, routing);
    }

    private List<PayloadColumn> columns() {
        int count = count();
        var columns = new ArrayList<PayloadColumn>();
        for (int i = 0; i < count; i++) {
            columns.add(new PayloadColumn(text(), PayloadType.parse(text())));
        }
        return columns;
    }

    private Segment segment() {
        int shard = in.getInt();
        UUID uuid = uuid();
        int count = count();
        var files = new ArrayList<SegmentFile>();
        for (int i = 0; i < count; i++) {
            files.add(file());
        }
        long rows = in.getLong();
        String engineVersion = text();
        long deleted = in.getLong();
        var tombstones = new Tombstones(deleted, flag() ? text() : null);
        return new Segment(shard, Segment.UNCOMMITTED, uuid, files, rows, engineVersion, tombstones);
    }

    private SegmentFile file() {
        return new SegmentFile(text(), in.getLong(), in.getInt());
    }

    private UUID uuid() {
        return new UUID(in.getLong(), in.getLong());
    }

    private boolean flag() {
        return in.get() != 0;
    }

    /** Of things that take at least a byte each. */
    private int count() {
        int count = in.getInt();
        if (count < 0 || count > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return count;
    }

    private String text() {
        byte[] utf8 = new byte[count()];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
