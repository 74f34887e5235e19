package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An index that somebody made up, with good checksums: refused, and nothing of it followed, mapped or allocated. */
class CraftedIndexTest {
    @TempDir
    Path folder;

    private TestIndex written;
    private Snapshot snapshot;
    private CraftedSnapshot crafted;

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        snapshot = written.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 100, 8), "shards", "1");
        crafted = new CraftedSnapshot(written);
    }

    private Segment segment() {
        return snapshot.segments().get(0);
    }

    @Test
    void whatIsNotEditedIsRead() throws IOException {
        crafted.edit(json -> json);
        assertThat(written.rows()).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../../secret",
                "..",
                "/etc/passwd",
                "a/../../../../../secret",
                "a//b",
                "file:/etc/passwd",
                "hdfs://elsewhere/secret",
                "a\\\\..\\\\secret",
                "."
            })
    void aNameThatLeavesTheFolderIsNotFollowed(String name) throws IOException {
        Files.writeString(folder.resolve("secret"), "of somebody else");
        crafted.edit(json -> json.replace("\"name\":\"MANIFEST\"", "\"name\":\"" + name + '"'));
        assertThatThrownBy(written::rows)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("files[")
                .hasMessageContaining("(expected a relative path inside the segment's directory)");
        assertThat(written.cache()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../secret", "data/shard=00000/..", "data/shard=00001/5e3a0f52-55f0-4b7c-8f5b-2a3ad6b0c9d1"})
    void aDirectoryThatLeavesTheFolderIsNotFollowed(String directory) throws IOException {
        crafted.edit(json -> json.replace(segment().directory(), directory));
        assertThatThrownBy(written::rows)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("segments[0].directory");
    }

    @Test
    void aSizeThatIsNotTheFilesIsNotFetched() throws IOException {
        String size = "\"size\":" + segment().files().get(0).size();
        crafted.edit(json -> json.replace(size, "\"size\":" + Long.MAX_VALUE / 4));
        assertThatThrownBy(written::rows)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("(the snapshot says " + Long.MAX_VALUE / 4);
    }

    @ParameterizedTest
    @CsvSource({"99999999999999999999", "09223372036854775807", "01000000000000000000"})
    void aVersionThatNoneCanFollowIsRefused(String version) throws IOException {
        Files.copy(crafted.file(), written.path().resolve("_pomai/" + version + ".json"));
        assertThatThrownBy(() -> written.index().latest())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(version + ".json is none (accepted: up to 999999999999999999.json)");
    }

    /** Where the number stands in the header, how many bytes it has, and what it is made to say. */
    @ParameterizedTest
    @CsvSource({
        "12, 4, 2147483647",
        "16, 8, 0",
        "16, 8, 9223372036854775807",
        "32, 8, 4294967294",
        "32, 8, 1152921504606846976",
        "32, 8, -1",
        "40, 8, -1",
        "48, 4, 2147483647",
        "48, 4, 0",
        "52, 1, 7",
        "54, 1, 9",
        "64, 8, 9223372036854775807",
        "64, 8, -64",
        "72, 4, -1",
        "72, 4, 1024"
    })
    void aSegmentWhoseHeaderLiesIsRefused(int offset, int bytes, long value) throws IOException {
        byte[] number = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        crafted.lie(segment(), offset, java.util.Arrays.copyOf(number, bytes));
        assertThatThrownBy(written::rows).isInstanceOf(DataException.class).hasMessageContaining("Cannot open segment");
    }

    /** A JVM with a quarter of a GB reads what would take several. */
    @ParameterizedTest
    @ValueSource(strings = {"{},", "[],", "[[[[1]]]],", "{\"shard\":{}},", "\"\",", "1.5,"})
    void aFileOfNothingIsRefusedBeforeItTakesTheMemory(String element) throws Exception {
        int count = (25 << 20) / element.length();
        crafted.edit(json -> json.replace("\"segments\":[", "\"segments\":[" + element.repeat(count)));
        try (Jvm reader = Jvm.start(CraftedReader.class, folder.toString())) {
            assertThat(reader.readLine())
                    .as(reader.errors())
                    .startsWith("DataException: Cannot read snapshot file:" + crafted.file());
            reader.join();
        }
    }

    @Test
    void aFileOfNamesIsRefused() throws IOException {
        var names = new StringBuilder();
        for (int i = 0; i < 400_000; i++) {
            names.append("\"name").append(i).append("\":[],");
        }
        crafted.edit(json -> json.replace("\"transactions\":{", "\"transactions\":{" + names + "\"last\":1"));
        assertThatThrownBy(() -> written.index().latest())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("transactions.name0 is an ARRAY");
    }

    @Test
    void aFileThatIsTooLongIsNotReadToItsEnd() throws IOException {
        try (var file = java.nio.channels.FileChannel.open(
                crafted.file(), java.nio.file.StandardOpenOption.WRITE, java.nio.file.StandardOpenOption.SPARSE)) {
            file.write(ByteBuffer.wrap(new byte[1]), 1L << 40);
        }
        assertThatThrownBy(() -> written.index().latest())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("it is longer than 33554432 bytes");
    }

    @Test
    void whatIsCachedStaysPrivate() throws IOException {
        written.rows();
        try (Stream<Path> files = Files.walk(written.cache())) {
            for (Path directory : files.filter(Files::isDirectory).toList()) {
                assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory)))
                        .isEqualTo("rwx------");
            }
        }
    }
}
