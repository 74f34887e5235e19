package io.pomaidb.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
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

        SortedMap<Long, float[]> rows = new DocumentReader(index.path()).rows();

        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        rows.forEach((id, vector) -> assertThat(vector).as("row " + id).containsExactly(expected.get(id)));
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
