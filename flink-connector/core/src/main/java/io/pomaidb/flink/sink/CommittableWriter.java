package io.pomaidb.flink.sink;

import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentFile;
import io.pomaidb.index.Tombstones;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.write.PlannedWrite;
import io.pomaidb.write.WrittenSegment;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Writes committables field by field; {@link CommittableReader} reads them. */
final class CommittableWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    void write(CheckpointCommittable committable) throws IOException {
        text(committable.run().sinkId());
        out.writeLong(committable.run().startMillis());
        uuid(committable.run().id());
        out.writeLong(committable.checkpointId());
        out.writeInt(committable.parts().size());
        for (WrittenPart part : committable.parts()) {
            write(part);
        }
    }

    void write(WrittenPart part) throws IOException {
        PlannedWrite planned = part.planned();
        text(planned.path());
        text(planned.mode().name());
        parameters(planned.parameters());
        out.writeBoolean(planned.basis() != null);
        if (planned.basis() != null) {
            uuid(planned.basis().indexId());
            out.writeLong(planned.basis().version());
            parameters(planned.basis().parameters());
        }
        columns(planned.columns());
        out.writeInt(part.segments().size());
        for (WrittenSegment written : part.segments()) {
            segment(written.segment());
            out.writeInt(written.dim());
            out.writeLong(written.exampleId());
        }
    }

    private void parameters(IndexParameters parameters) throws IOException {
        IndexSchema schema = parameters.schema();
        text(schema.idColumn());
        text(schema.idType().name());
        text(schema.vectorColumn());
        columns(schema.payload());
        text(parameters.metric().name());
        out.writeInt(parameters.dim());
        EngineParameters engine = parameters.engine();
        out.writeInt(engine.hnswM());
        out.writeInt(engine.hnswEfConstruction());
        out.writeInt(engine.hnswEfSearch());
        out.writeInt(engine.adaptiveThreshold());
        out.writeInt(parameters.shards());
        out.writeBoolean(parameters.routing().isByCluster());
        if (parameters.routing().isByCluster()) {
            file(parameters.routing().centroids());
        }
    }

    private void columns(List<PayloadColumn> columns) throws IOException {
        out.writeInt(columns.size());
        for (PayloadColumn column : columns) {
            text(column.name());
            text(column.type().text());
        }
    }

    private void segment(Segment segment) throws IOException {
        out.writeInt(segment.shard());
        uuid(segment.uuid());
        out.writeInt(segment.files().size());
        for (SegmentFile file : segment.files()) {
            file(file);
        }
        out.writeLong(segment.rows());
        text(segment.engineVersion());
        Tombstones tombstones = segment.tombstones();
        out.writeLong(tombstones.count());
        out.writeBoolean(tombstones.inline() != null);
        if (tombstones.inline() != null) {
            text(tombstones.inline());
        }
    }

    private void file(SegmentFile file) throws IOException {
        text(file.name());
        out.writeLong(file.size());
        out.writeInt(file.crc32c());
    }

    private void uuid(UUID uuid) throws IOException {
        out.writeLong(uuid.getMostSignificantBits());
        out.writeLong(uuid.getLeastSignificantBits());
    }

    private void text(String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }
}
