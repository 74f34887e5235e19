package io.pomaidb.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.IdType;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.search.SegmentFilter;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A second implementation, made from the documents, reads what the first one writes. */
class SecondReaderTest {
    private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"ip, 1000000", "l2, 50", "cosine, 50"})
    void theRowsAreWhatTheFirstOneReads(String metric, String threshold) throws IOException {
        var index = new TestIndex(folder);
        var random = new Random(1);
        index.write(
                WriteMode.CREATE,
                Vectors.rows(random, -200, 200, 24),
                "shards",
                "3",
                "metric",
                metric,
                "adaptive_threshold",
                threshold);
        index.write(WriteMode.APPEND, Vectors.rows(random, 100, 300, 24));
        SortedMap<Long, float[]> expected = index.rows();

        SortedMap<Long, DocumentReader.Row> rows = new DocumentReader(index.path()).rows();

        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        rows.forEach((id, row) -> assertThat(row.vector()).as("row " + id).containsExactly(expected.get(id)));
    }

    /** Enough commits for segment lists, deletions in the snapshot and in files, and columns that came later. */
    @Test
    void listsTombstonesAndPayloadAreWhatTheFirstOneReads() throws IOException {
        var index = new TestIndex(folder);
        var text = new PayloadColumn("text", PayloadType.STRING);
        var number = new PayloadColumn("number", PayloadType.decimal(12, 2));
        for (int commit = 0; commit < 40; commit++) {
            boolean both = commit >= 20;
            IndexWrite write = IndexWrite.plan(
                    index.index(),
                    index.options("shards", "2"),
                    commit == 0 ? WriteMode.CREATE : WriteMode.APPEND,
                    IdType.LONG,
                    both ? List.of(text, number) : List.of(text),
                    Optional.empty());
            try (ShardWriter writer = index.writer(write)) {
                for (long id = commit * 10L - 100; id < commit * 10L - 80; id++) {
                    var row = new PayloadRow(both ? 2 : 1);
                    row.setBytes(0, ("row " + id + " of " + commit).getBytes(StandardCharsets.UTF_8));
                    if (both && id % 2 == 0) {
                        row.setLong(1, id * 100 + commit);
                    }
                    writer.write(id, VectorSource.of((float) id, commit), row);
                }
                index.commit(write, writer.finish());
            }
            if (commit % 10 == 5) {
                index.index().delete(commit * 10L - 95);
            }
        }
        index.index()
                .delete(LongStream.range(-120, 1_000)
                        .filter(id -> id % 3 == 0)
                        .map(id -> id * 7_919)
                        .toArray());
        index.index().delete(LongStream.range(0, 40).map(id -> id * 7).toArray());
        var expected = new TreeMap<Long, String>();
        Snapshot snapshot = index.index().latestExisting();
        assertThat(snapshot.lists()).isNotEmpty();
        for (int shard = 0; shard < 2; shard++) {
            try (var scan = index.view(snapshot, SegmentFilter.ALL).scan(shard, List.of("text", "number"))) {
                while (scan.next()) {
                    PayloadRow row = scan.payload();
                    expected.put(
                            scan.id(),
                            scan.component(1) + " " + new String(row.bytesAt(0), StandardCharsets.UTF_8) + " "
                                    + (row.isNullAt(1) ? "null" : row.longAt(1)));
                }
            }
        }

        var read = new TreeMap<Long, String>();
        new DocumentReader(index.path()).rows().forEach((id, row) -> {
            Group payload = row.payload();
            boolean has = payload.getType().containsField("number") && payload.getFieldRepetitionCount("number") > 0;
            read.put(
                    id,
                    row.vector()[1] + " " + payload.getString("text", 0) + " "
                            + (has ? payload.getLong("number", 0) : "null"));
        });

        assertThat(read).isEqualTo(expected).hasSizeGreaterThan(200);
    }

    @Test
    void theExampleHasTheShapeOfARealSnapshot() throws IOException {
        var index = new TestIndex(folder);
        index.write(WriteMode.CREATE, Vectors.row(1, 1, 2), "shards", "4", "metric", "cosine");
        index.write(WriteMode.APPEND, Vectors.row(2, 1, 2));
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("../docs/format.md")));
        assertThat(example.find()).isTrue();
        JsonNode documented = new ObjectMapper().readTree(example.group(1));

        JsonNode real = new DocumentReader(index.path()).snapshot();

        assertThat(shape(real)).isEqualTo(shape(documented));
    }

    /** Names and kinds of values, in their order; of arrays the first element, of objects with free names none. */
    private static List<String> shape(JsonNode node) {
        var shape = new ArrayList<String>();
        add("", node, shape);
        return shape;
    }

    private static void add(String path, JsonNode node, List<String> shape) {
        shape.add(path + " " + node.getNodeType());
        if (path.equals(".tags") || path.equals(".transactions")) {
            return;
        }
        if (node.isObject()) {
            node.fields().forEachRemaining(field -> add(path + "." + field.getKey(), field.getValue(), shape));
        } else if (node.isArray() && !node.isEmpty()) {
            add(path + "[]", node.get(0), shape);
        }
    }

    @Test
    void theChecksumIsTheOneThatTheDocumentNames() throws IOException {
        var checksum = new CRC32C();
        checksum.update("123456789".getBytes(StandardCharsets.US_ASCII));
        assertThat(Files.readString(Path.of("../docs/segment-format.md")))
                .contains("of `123456789` it is " + Long.toHexString(checksum.getValue()));
        assertThat(DocumentReader.murmur3(5)).isEqualTo(1607884268);
        assertThat(DocumentReader.murmur3(-1)).isEqualTo(-939490007);
    }
}
