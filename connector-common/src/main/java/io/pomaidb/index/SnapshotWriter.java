package io.pomaidb.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.TreeMap;

/** Renders a snapshot as JSON, one segment a line so that a person can look at it; docs/format.md specifies it. */
final class SnapshotWriter {
    private static final JsonFactory FACTORY = new JsonFactory();

    private SnapshotWriter() {}

    static byte[] toJson(Snapshot snapshot) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("formatVersion", Snapshot.FORMAT_VERSION);
            json.writeStringField("indexId", snapshot.indexId().toString());
            json.writeNumberField("version", snapshot.version());
            json.writeStringField("commitId", snapshot.commitId().toString());
            json.writeStringField("operation", snapshot.operation());
            json.writeNumberField("timestamp", snapshot.timestampMillis());
            writeParameters(json, snapshot.parameters());
            json.writeArrayFieldStart("segments");
            for (Segment segment : snapshot.segments()) {
                json.writeRaw('\n');
                writeSegment(json, segment);
            }
            json.writeEndArray();
            json.writeObjectFieldStart("transactions");
            for (var transaction : new TreeMap<>(snapshot.transactions()).entrySet()) {
                json.writeNumberField(transaction.getKey(), transaction.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return bytes.toByteArray();
    }

    private static void writeParameters(JsonGenerator json, IndexParameters parameters) throws IOException {
        IndexSchema schema = parameters.schema();
        json.writeObjectFieldStart("schema");
        writeColumn(json, "id", schema.idColumn(), schema.idType().typeName());
        writeColumn(json, "vector", schema.vectorColumn(), IndexSchema.VECTOR_TYPE);
        json.writeArrayFieldStart("payload");
        json.writeEndArray();
        json.writeEndObject();
        json.writeStringField("metric", parameters.metric().optionName());
        if (parameters.dim() == 0) {
            json.writeNullField("dim");
        } else {
            json.writeNumberField("dim", parameters.dim());
        }
        EngineParameters engine = parameters.engine();
        json.writeObjectFieldStart("engine");
        json.writeStringField("indexType", SnapshotReader.HNSW);
        json.writeNumberField("hnswM", engine.hnswM());
        json.writeNumberField("hnswEfConstruction", engine.hnswEfConstruction());
        json.writeNumberField("hnswEfSearch", engine.hnswEfSearch());
        json.writeNumberField("adaptiveThreshold", engine.adaptiveThreshold());
        json.writeEndObject();
        json.writeNumberField("shards", parameters.shards());
        json.writeStringField("shardFunction", Sharding.FUNCTION);
    }

    private static void writeColumn(JsonGenerator json, String role, String name, String type) throws IOException {
        json.writeObjectFieldStart(role);
        json.writeStringField("name", name);
        json.writeStringField("type", type);
        json.writeEndObject();
    }

    private static void writeSegment(JsonGenerator json, Segment segment) throws IOException {
        json.writeStartObject();
        json.writeNumberField("shard", segment.shard());
        json.writeNumberField("sequence", segment.sequence());
        json.writeStringField("directory", segment.directory());
        json.writeNumberField("rows", segment.rows());
        json.writeStringField("engineVersion", segment.engineVersion());
        json.writeArrayFieldStart("files");
        for (SegmentFile file : segment.files()) {
            json.writeStartObject();
            json.writeStringField("name", file.name());
            json.writeNumberField("size", file.size());
            json.writeStringField("crc32c", HexFormat.of().toHexDigits(file.crc32c()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
