package io.pomaidb.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pomaidb.config.IndexMetric;
import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a snapshot's JSON as untrusted input: bounded in size and depth, every field checked, nothing skipped. A
 * {@link DataException} names the file and the field.
 */
final class SnapshotReader {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotReader.class);

    static final String FORMAT = "formatVersion";
    static final String HNSW = "hnsw";
    static final Pattern UUID_TEXT = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern TYPE = Pattern.compile("\\P{Cntrl}{1,60000}");
    static final Pattern NAME = Pattern.compile("\\P{Cntrl}{1,1000}");
    private static final int MAX_DEPTH = 8;
    private static final int MAX_STRING = 60_000;
    private static final int MAX_DIGITS = 20;
    private static final int MAX_TOKENS = 5_000_000;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING)
                            .maxNumberLength(MAX_DIGITS)
                            .build())
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String file;

    private SnapshotReader(String file) {
        this.file = file;
    }

    /**
     * @param file what errors call it
     * @param version the version that the file's name says
     */
    static Snapshot fromJson(String file, long version, byte[] json, SegmentLists lists) throws IOException {
        return new SnapshotReader(file).read(version, parse(file, json), lists);
    }

    /** The document in a file, whatever it says. */
    static JsonNode parse(String file, byte[] json) {
        JsonNode document;
        try {
            refuseTooMany(file, json);
            document = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    "Cannot read snapshot " + file + ": it is not well-formed JSON: " + e.getOriginalMessage()
                            + " (a snapshot file never changes after its commit; restore it)",
                    e);
        } catch (IOException | IllegalStateException e) {
            // The latter where the names of fields were made to collide.
            throw new DataException("Cannot read snapshot " + file + ": " + e.getMessage(), e);
        }
        if (document.isMissingNode()) {
            throw new DataException("Cannot read snapshot " + file
                    + ": it is empty (a snapshot file never changes after its commit; restore it)");
        }
        return document;
    }

    /** Before anything is made of them: a file of empty brackets takes thirty times its size in memory. */
    private static void refuseTooMany(String file, byte[] json) throws IOException {
        try (JsonParser parser = MAPPER.getFactory().createParser(json)) {
            for (int tokens = 0; parser.nextToken() != null; tokens++) {
                if (tokens == MAX_TOKENS) {
                    throw new DataException("Cannot read snapshot " + file + ": it has more than " + MAX_TOKENS
                            + " names, values and brackets (compact the index to fewer segments)");
                }
            }
        }
    }

    /**
     * Refuses a document that says that its format is newer than this code knows, whatever else is in it; everything else
     * passes.
     */
    static void refuseNewer(String file, byte[] json) {
        try (JsonParser parser = MAPPER.getFactory().createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean format = parser.currentName().equals(FORMAT);
                if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT && format) {
                    refuseNewer(file, parser.getIntValue());
                    return;
                }
                parser.skipChildren();
            }
        } catch (IOException e) {
            LOG.debug("Snapshot {} is no JSON", file, e);
        }
    }

    private static void refuseNewer(String file, int format) {
        if (format > Snapshot.FORMAT_VERSION) {
            throw new DataException("Cannot read snapshot " + file + ": its format version is " + format
                    + ", and this version of the connector supports up to " + Snapshot.FORMAT_VERSION
                    + " (use a newer version of the connector)");
        }
    }

    private Snapshot read(long version, JsonNode document, SegmentLists listFiles) throws IOException {
        var root = new JsonObject(file, "", document);
        // Before any other field: a newer format may have changed all of them.
        refuseNewer(file, root.integer(FORMAT, 1, Integer.MAX_VALUE));
        long written = root.number("version", 1, SnapshotFiles.MAX_VERSION);
        if (written != version) {
            throw root.wrong("version", Long.toString(written), version + ", as the file's name says");
        }
        IndexParameters parameters = readParameters(root);
        UUID indexId = root.uuid("indexId");
        List<SegmentList> lists = readLists(root);
        var segments = new SegmentReader(version, parameters.shards());
        var snapshot = new Snapshot(
                indexId,
                version,
                root.uuid("commitId"),
                root.text("operation", WORD),
                root.number("timestamp", 0, Long.MAX_VALUE),
                parameters,
                root.number("oldestVersion", 1, version),
                readNumbers(root.object("tags"), 1, version),
                lists,
                readSegments(root, lists, listFiles, indexId, segments),
                readNumbers(root.object("transactions"), Long.MIN_VALUE, Long.MAX_VALUE));
        if (parameters.dim() == 0 && !snapshot.segments().isEmpty()) {
            throw root.wrong("dim", "null", "an integer, as there are segments");
        }
        root.refuseOthers();
        return snapshot;
    }

    private IndexParameters readParameters(JsonObject root) {
        IndexSchema schema = readSchema(root.object("schema"));
        int dim = root.isNull("dim") ? 0 : root.integer("dim", 1, IndexParameters.MAX_DIM);
        return new IndexParameters(
                schema,
                metric(root),
                dim,
                readEngine(root),
                root.integer("shards", 1, IndexParameters.MAX_SHARDS),
                readRouting(root));
    }

    private static IndexSchema readSchema(JsonObject json) {
        JsonObject id = json.object("id");
        JsonObject vector = json.object("vector");
        vector.text("type", IndexSchema.VECTOR_TYPE);
        String idName = id.text("name", NAME);
        String vectorName = vector.text("name", NAME);
        IdType idType = idType(id);
        var columns = new ArrayList<PayloadColumn>();
        for (JsonObject column : json.objects("payload")) {
            columns.add(readColumn(column));
        }
        List.of(id, vector, json).forEach(JsonObject::refuseOthers);
        try {
            return new IndexSchema(idName, idType, vectorName, columns);
        } catch (ConfigurationException e) {
            throw json.wrong("schema", "one that no index can have: " + e.getMessage(), "an index's columns");
        }
    }

    private static PayloadColumn readColumn(JsonObject json) {
        String name = json.text("name", NAME);
        String type = json.text("type", TYPE);
        json.refuseOthers();
        try {
            return new PayloadColumn(name, PayloadType.parse(type));
        } catch (ConfigurationException e) {
            throw json.wrong(json.name("type"), "no type: " + e.getMessage(), "a payload column");
        }
    }

    private static IdType idType(JsonObject id) {
        String type = id.text("type", NAME);
        for (IdType known : IdType.values()) {
            if (known.typeName().equals(type)) {
                return known;
            }
        }
        throw id.wrong(id.name("type"), type, "int, long or string");
    }

    private static IndexMetric metric(JsonObject root) {
        String metric = root.text("metric", WORD);
        for (IndexMetric known : IndexMetric.values()) {
            if (known.optionName().equals(metric)) {
                return known;
            }
        }
        throw root.wrong("metric", metric, "ip, l2 or cosine");
    }

    private static EngineParameters readEngine(JsonObject root) {
        JsonObject json = root.object("engine");
        json.text("indexType", HNSW);
        var engine = new EngineParameters(
                json.integer("hnswM", 2, PomaiOption.MAX_M),
                json.integer("hnswEfConstruction", 1, PomaiOption.MAX_EF),
                json.integer("hnswEfSearch", 1, PomaiOption.MAX_EF),
                json.integer("adaptiveThreshold", 0, Integer.MAX_VALUE));
        json.refuseOthers();
        return engine;
    }

    private static Routing readRouting(JsonObject root) {
        if (root.isNull("centroids")) {
            root.text("shardFunction", Sharding.FUNCTION);
            return Routing.HASH;
        }
        root.text("shardFunction", Routing.NEAREST);
        JsonObject json = root.object("centroids");
        SegmentFile file = readFile(json, Centroids.FILE);
        json.refuseOthers();
        return new Routing(file);
    }

    /** A file of the snapshots' folder. */
    private static SegmentFile readFile(JsonObject json, Pattern accepted) {
        json.text("name", accepted);
        return SegmentReader.readFile(json, Long.MAX_VALUE);
    }

    private static List<SegmentList> readLists(JsonObject root) {
        var lists = new ArrayList<SegmentList>();
        for (JsonObject json : root.objects("segmentLists")) {
            lists.add(new SegmentList(
                    readFile(json, SegmentLists.FILE),
                    json.integer("segments", 1, Integer.MAX_VALUE),
                    json.number("rows", 0, Long.MAX_VALUE)));
            json.refuseOthers();
        }
        return lists;
    }

    /** The segments of the lists, and behind them those that the snapshot lists itself. */
    private static List<Segment> readSegments(
            JsonObject root, List<SegmentList> lists, SegmentLists listFiles, UUID indexId, SegmentReader reader)
            throws IOException {
        var segments = new ArrayList<Segment>();
        for (SegmentList list : lists) {
            segments.addAll(listFiles.read(list, indexId, reader));
        }
        segments.addAll(reader.read(root));
        return segments;
    }

    private static Map<String, Long> readNumbers(JsonObject json, long min, long max) {
        var numbers = new HashMap<String, Long>();
        for (String name : json.names()) {
            numbers.put(name, json.number(name, min, max));
        }
        return numbers;
    }
}
