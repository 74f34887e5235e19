package io.pomaidb.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.payload.PayloadColumn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
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
            json.writeNumberField("oldestVersion", snapshot.oldestVersion());
            writeNumbers(json, "tags", snapshot.tags());
            writeLists(json, snapshot);
            SegmentWriter.write(json, snapshot.unlistedSegments());
            writeNumbers(json, "transactions", snapshot.transactions());
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
        for (PayloadColumn column : schema.payload()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type().text());
            json.writeEndObject();
        }
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
        writeRouting(json, parameters.routing());
    }

    private static void writeRouting(JsonGenerator json, Routing routing) throws IOException {
        json.writeStringField("shardFunction", routing.functionName());
        if (routing.isByCluster()) {
            json.writeObjectFieldStart("centroids");
            SegmentWriter.writeFields(json, routing.centroids());
            json.writeEndObject();
        } else {
            json.writeNullField("centroids");
        }
    }

    private static void writeColumn(JsonGenerator json, String role, String name, String type) throws IOException {
        json.writeObjectFieldStart(role);
        json.writeStringField("name", name);
        json.writeStringField("type", type);
        json.writeEndObject();
    }

    private static void writeNumbers(JsonGenerator json, String field, Map<String, Long> numbers) throws IOException {
        json.writeObjectFieldStart(field);
        for (var number : new TreeMap<>(numbers).entrySet()) {
            json.writeNumberField(number.getKey(), number.getValue());
        }
        json.writeEndObject();
    }

    private static void writeLists(JsonGenerator json, Snapshot snapshot) throws IOException {
        json.writeArrayFieldStart("segmentLists");
        for (SegmentList list : snapshot.lists()) {
            json.writeRaw('\n');
            json.writeStartObject();
            SegmentWriter.writeFields(json, list.file());
            json.writeNumberField("segments", list.segments());
            json.writeNumberField("rows", list.rows());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
