package io.pomaidb.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.parquet.example.data.Group;

/** Reads an index of the local disk by what docs/format.md and docs/segment-format.md say, and checks it against them. */
final class DocumentReader {
    private static final int ROW_IDS = 1;
    private static final int VECTORS = 3;
    private static final int METADATA_OFFSETS = 4;
    private static final int METADATA = 5;

    private final Path index;
    private final DocumentTable header;
    private final DocumentTable entry;

    DocumentReader(Path index) throws IOException {
        this.index = index;
        this.header = DocumentTable.of("field");
        this.entry = DocumentTable.of("entry field");
    }

    /** The document of the snapshot with the highest number. */
    JsonNode snapshot() throws IOException {
        Path file;
        try (Stream<Path> files = Files.list(index.resolve("_pomai"))) {
            file = files.filter(name -> name.getFileName().toString().matches("\\d{20}\\.json"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
        String text = Files.readString(file);
        int seal = text.lastIndexOf(",\"crc32c\":\"");
        byte[] sealed = text.substring(0, seal).getBytes(StandardCharsets.UTF_8);
        assertThat(text.substring(seal)).isEqualTo(",\"crc32c\":\"" + hex(sealed, sealed.length) + "\"}\n");
        return new ObjectMapper().readTree(text);
    }

    /** A row's vector, and its payload, null where its segment has none. */
    static final class Row {
        private final float[] vector;
        private final Group payload;

        Row(float[] vector, Group payload) {
            this.vector = vector;
            this.payload = payload;
        }

        float[] vector() {
            return vector;
        }

        Group payload() {
            return payload;
        }
    }

    /** All rows that count, by id: newer segments, which are listed later, replace and delete rows of older ones. */
    SortedMap<Long, Row> rows() throws IOException {
        var rows = new TreeMap<Long, Row>();
        JsonNode snapshot = snapshot();
        for (JsonNode segment : segments(snapshot)) {
            Path directory = index.resolve(segment.get("directory").asText());
            assertThat(directory.getParent().getFileName().toString())
                    .isEqualTo(String.format("shard=%05d", segment.get("shard").asInt()));
            var names = new HashSet<String>();
            for (JsonNode file : segment.get("files")) {
                names.add(file.get("name").asText());
                checked(directory, file);
            }
            for (long id : DocumentTombstones.read(directory, segment, names)) {
                if (shard(id, snapshot) == segment.get("shard").asInt()) {
                    rows.remove(id);
                }
            }
            var inSegment = new HashMap<Long, float[]>();
            if (segment.get("rows").asInt() > 0) {
                readDatabase(directory, snapshot, inSegment);
            }
            assertThat(inSegment).hasSize(segment.get("rows").asInt());
            Map<Long, Group> payload = names.contains("payload.parquet")
                    ? DocumentPayload.read(directory.resolve("payload.parquet"))
                    : Map.of();
            if (!payload.isEmpty()) {
                assertThat(payload.keySet()).isEqualTo(inSegment.keySet());
            }
            inSegment.forEach((id, vector) -> {
                assertThat(shard(id, snapshot)).isEqualTo(segment.get("shard").asInt());
                rows.put(id, new Row(vector, payload.get(id)));
            });
        }
        return rows;
    }

    private static int shard(long id, JsonNode snapshot) {
        return Math.floorMod(murmur3(id), snapshot.get("shards").asInt());
    }

    /** Those of the lists, and behind them those that the snapshot lists itself. */
    private List<JsonNode> segments(JsonNode snapshot) throws IOException {
        var segments = new ArrayList<JsonNode>();
        for (JsonNode list : snapshot.get("segmentLists")) {
            JsonNode document = new ObjectMapper().readTree(checked(index.resolve("_pomai"), list));
            assertThat(document.get("indexId")).isEqualTo(snapshot.get("indexId"));
            assertThat(document.get("segments")).hasSize(list.get("segments").asInt());
            long rows = 0;
            for (JsonNode segment : document.get("segments")) {
                segments.add(segment);
                rows += segment.get("rows").asLong();
            }
            assertThat(rows).isEqualTo(list.get("rows").asLong());
        }
        snapshot.get("segments").forEach(segments::add);
        assertThat(segments).isSortedAccordingTo(Comparator.comparingLong(segment -> segment.get("sequence")
                .asLong()));
        return segments;
    }

    /** The content of a file, which has to have size and checksum as they are listed. */
    private static byte[] checked(Path directory, JsonNode file) throws IOException {
        byte[] content = Files.readAllBytes(directory.resolve(file.get("name").asText()));
        assertThat(content.length).isEqualTo(file.get("size").asInt());
        assertThat(hex(content, content.length)).isEqualTo(file.get("crc32c").asText());
        return content;
    }

    private void readDatabase(Path directory, JsonNode snapshot, Map<Long, float[]> rows) throws IOException {
        String manifest = Files.readString(directory.resolve("MANIFEST"));
        List<String> lines = manifest.lines().toList();
        byte[] checked = manifest.substring(0, manifest.lastIndexOf("crc32c ")).getBytes(StandardCharsets.UTF_8);
        assertThat(lines.get(lines.size() - 1)).isEqualTo("crc32c " + hex(checked, checked.length));
        assertThat(lines.get(0)).isEqualTo("pomai manifest 1");
        assertThat(lines.get(1)).matches("generation \\d+");
        assertThat(lines.get(2)).isEqualTo("dim " + snapshot.get("dim").asInt());
        String metric = snapshot.get("metric").asText();
        assertThat(lines.get(3)).isEqualTo("metric " + (metric.equals("cosine") ? "ip" : metric));
        assertThat(lines.get(4)).matches("next_segment \\d+");
        for (String line : lines.subList(5, lines.size() - 1)) {
            String[] words = line.split(" ", -1);
            assertThat(words[0]).isEqualTo("segment");
            byte[] file = Files.readAllBytes(directory.resolve(String.format("%020d.seg", Long.parseLong(words[1]))));
            assertThat(file.length).isEqualTo(Integer.parseInt(words[2]));
            assertThat(hex(file, header.offset("crc"))).isEqualTo(words[3]);
            readFile(file, Long.parseLong(words[1]), snapshot.get("dim").asInt(), rows);
        }
    }

    private void readFile(byte[] file, long number, int dim, Map<Long, float[]> rows) {
        assertThat(new String(file, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("POMAISEG");
        assertThat(header.number(file, 0, "version")).isEqualTo(1);
        assertThat(header.number(file, 0, "header_bytes")).isEqualTo(header.bytes());
        assertThat(header.number(file, 0, "file_bytes")).isEqualTo(file.length);
        assertThat(header.number(file, 0, "number")).isEqualTo(number);
        assertThat(header.number(file, 0, "dim")).isEqualTo(dim);
        assertThat(header.number(file, 0, "element_type")).isZero();
        assertThat(header.number(file, 0, "crc")).isEqualTo(crc(file, 0, header.offset("crc")));
        long table = header.number(file, 0, "table_offset");
        int entries = (int) header.number(file, 0, "table_entries");
        assertThat(header.number(file, 0, "table_crc")).isEqualTo(crc(file, (int) table, entries * entry.bytes()));
        var sections = new HashMap<Long, ByteBuffer>();
        for (int i = 0; i < entries; i++) {
            long at = table + (long) i * entry.bytes();
            int offset = (int) entry.number(file, at, "offset");
            int bytes = (int) entry.number(file, at, "bytes");
            assertThat(offset % (bytes < 1 << 16 ? 64 : 4096)).isZero();
            assertThat(entry.number(file, at, "crc")).isEqualTo(crc(file, offset, bytes));
            long kind = entry.number(file, at, "kind");
            assertThat(sections.put(
                            kind, ByteBuffer.wrap(file, offset, bytes).slice().order(ByteOrder.LITTLE_ENDIAN)))
                    .as("section %d is there once", kind)
                    .isNull();
        }
        long count = header.number(file, 0, "rows");
        ByteBuffer ids = sections.get((long) ROW_IDS);
        ByteBuffer vectors = sections.get((long) VECTORS);
        assertThat(ids.remaining()).isEqualTo((int) count * Long.BYTES);
        assertThat(vectors.remaining()).isEqualTo((int) count * dim * Float.BYTES);
        for (int row = 0; row < count; row++) {
            var vector = new float[dim];
            vectors.position(row * dim * Float.BYTES);
            vectors.asFloatBuffer().get(vector);
            double scale = scale(sections, row);
            for (int i = 0; i < dim; i++) {
                vector[i] = (float) (vector[i] * scale);
            }
            assertThat(rows.put(ids.getLong(row * Long.BYTES), vector)).isNull();
        }
    }

    /** What a row's vector was divided by: its metadata, if it has eight bytes of it. */
    private static double scale(Map<Long, ByteBuffer> sections, int row) {
        ByteBuffer offsets = sections.get((long) METADATA_OFFSETS);
        if (offsets == null) {
            return 1;
        }
        long from = offsets.getLong(row * Long.BYTES);
        long bytes = offsets.getLong((row + 1) * Long.BYTES) - from;
        return bytes == Double.BYTES ? sections.get((long) METADATA).getDouble((int) from) : 1;
    }

    /** Murmur3 x86 32-bit with seed 42 over the eight little-endian bytes of an id. */
    static int murmur3(long id) {
        int hash = 42;
        for (int word : new int[] {(int) id, (int) (id >>> 32)}) {
            hash ^= Integer.rotateLeft(word * 0xcc9e2d51, 15) * 0x1b873593;
            hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
        }
        hash ^= Long.BYTES;
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return hash ^ (hash >>> 16);
    }

    private static long crc(byte[] content, int offset, int length) {
        var checksum = new CRC32C();
        checksum.update(content, offset, length);
        return checksum.getValue();
    }

    private static String hex(byte[] content, int length) {
        return String.format("%08x", crc(Arrays.copyOf(content, length), 0, length));
    }
}
