package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/format.md against the code. */
class FormatDocumentTest {
    private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
    private static final Pattern HASH = Pattern.compile("The hash of (-?\\d+) is (-?\\d+), of (-?\\d+) it is (-?\\d+)");

    private static String document() throws IOException {
        return Files.readString(Path.of("../docs/format.md"));
    }

    @Test
    void theExampleIsWhatTheWriterWritesAndTheReaderReads() throws IOException {
        Matcher example = EXAMPLE.matcher(document());
        assertThat(example.find()).isTrue();
        byte[] json = example.group(1).getBytes(StandardCharsets.UTF_8);

        Snapshot snapshot = SnapshotReader.fromJson(
                "docs/format.md", 2, SnapshotSeal.open("docs/format.md", json), Snapshots.noLists());

        assertThat(new String(SnapshotSeal.seal(SnapshotWriter.toJson(snapshot)), StandardCharsets.UTF_8))
                .isEqualTo(example.group(1));
        assertThat(snapshot.rows()).isEqualTo(3);
    }

    @Test
    void theHashesAreRight() throws IOException {
        Matcher hash = HASH.matcher(document());
        assertThat(hash.find()).isTrue();
        assertThat(Sharding.hash(Long.parseLong(hash.group(1)))).isEqualTo(Integer.parseInt(hash.group(2)));
        assertThat(Sharding.hash(Long.parseLong(hash.group(3)))).isEqualTo(Integer.parseInt(hash.group(4)));
    }

    @Test
    void theVersionIsTheCodes() throws IOException {
        assertThat(document()).startsWith("# The index format, version " + Snapshot.FORMAT_VERSION);
    }
}
