package io.pomaidb.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** Renders segments and files as JSON, one segment a line; docs/format.md specifies it. */
final class SegmentWriter {
    private static final JsonFactory FACTORY = new JsonFactory();

    private SegmentWriter() {}

    /** The content of a file that lists segments for many snapshots. */
    static byte[] toList(UUID indexId, List<Segment> segments) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("formatVersion", Snapshot.FORMAT_VERSION);
            json.writeStringField("indexId", indexId.toString());
            write(json, segments);
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return bytes.toByteArray();
    }

    /** Writes the field {@code segments}. */
    static void write(JsonGenerator json, List<Segment> segments) throws IOException {
        json.writeArrayFieldStart("segments");
        for (Segment segment : segments) {
            json.writeRaw('\n');
            write(json, segment);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Segment segment) throws IOException {
        json.writeStartObject();
        json.writeNumberField("shard", segment.shard());
        json.writeNumberField("sequence", segment.sequence());
        json.writeStringField("directory", segment.directory());
        json.writeNumberField("rows", segment.rows());
        json.writeStringField("engineVersion", segment.engineVersion());
        json.writeArrayFieldStart("files");
        for (SegmentFile file : segment.files()) {
            json.writeStartObject();
            writeFields(json, file);
            json.writeEndObject();
        }
        json.writeEndArray();
        if (!segment.tombstones().isEmpty()) {
            write(json, segment.tombstones());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Tombstones tombstones) throws IOException {
        json.writeObjectFieldStart("tombstones");
        json.writeNumberField("count", tombstones.count());
        if (tombstones.isInFile()) {
            json.writeNullField("inline");
        } else {
            json.writeStringField("inline", tombstones.inline());
        }
        json.writeEndObject();
    }

    /** Writes the fields that describe a file into an object that the caller has begun. */
    static void writeFields(JsonGenerator json, SegmentFile file) throws IOException {
        json.writeStringField("name", file.name());
        json.writeNumberField("size", file.size());
        json.writeStringField("crc32c", HexFormat.of().toHexDigits(file.crc32c()));
    }
}
