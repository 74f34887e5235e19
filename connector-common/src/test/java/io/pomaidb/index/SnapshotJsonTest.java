package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.DataException;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotJsonTest {
    private static final String FILE = "file:/index/_pomai/00000000000000000001.json";

    private final Snapshot snapshot = Snapshot.first(
            Snapshots.parameters(),
            List.of(Snapshots.segment(0), Snapshots.segment(3)),
            Optional.of(new Transaction("query-1", 17)));

    private static Snapshot read(String json) throws IOException {
        return SnapshotReader.fromJson(FILE, 1, json.getBytes(StandardCharsets.UTF_8), Snapshots.noLists());
    }

    private String json() throws IOException {
        return new String(SnapshotWriter.toJson(snapshot), StandardCharsets.UTF_8);
    }

    @Test
    void comesBackAsItWasWritten() throws IOException {
        assertThat(read(json())).isEqualTo(snapshot);
    }

    @Test
    void payloadColumnsAndStringKeysComeBackAsTheyWereWritten() throws IOException {
        var schema = new IndexSchema(
                "key",
                IdType.STRING,
                "embedding",
                List.of(
                        new PayloadColumn("price \"net\"", PayloadType.decimal(10, 2)),
                        new PayloadColumn("tags", PayloadType.parse("map<string,array<struct<`a,b`:date>>>"))));
        var written = Snapshot.first(Snapshots.parameters().withSchema(schema), List.of(), Optional.empty());
        assertThat(read(new String(SnapshotWriter.toJson(written), StandardCharsets.UTF_8)))
                .isEqualTo(written);
    }

    @Test
    void anUnknownDimComesBackAsUnknown() throws IOException {
        var empty = Snapshot.first(Snapshots.parameters().withDim(0), List.of(), Optional.empty());
        var json = new String(SnapshotWriter.toJson(empty), StandardCharsets.UTF_8);
        assertThat(json).contains("\"dim\":null");
        assertThat(read(json)).isEqualTo(empty);
    }

    @Test
    void aNewerFormatIsRefusedBeforeAnythingElseIsLookedAt() {
        assertThatThrownBy(() -> read("{\"formatVersion\": 2, \"shards\": \"many\"}"))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot read snapshot " + FILE + ": its format version is 2, and this version of the"
                        + " connector supports up to 1 (use a newer version of the connector)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"hnswM\":32 | \"hnswM\":2147483647 | engine.hnswM is 2147483647 (expected an integer from 2 to 512)",
                "\"hnswEfSearch\":64 | \"hnswEfSearch\":2147483647 | engine.hnswEfSearch is 2147483647",
                "\"seg/1.seg\" | \"MANIFEST/1.seg\" | segments[0].files is \"MANIFEST/1.seg\" (expected no file below",
                "\"rows\":100 | \"rows\":9223372036854775800 | segments[1].rows is 100 (expected an integer from 0 to 7)",
                "\"operation\":\"append\" | \"operation\":\"append\",\"a\\u001b[2Jb\":1 | unknown field a?[2Jb (format",
                "\"rows\":100 | \"rows\":-1 | segments[0].rows is -1",
                "\"rows\":100 | \"rows\":1e30 | segments[0].rows is 1.0E30",
                "\"rows\":100 | \"rows\":99999999999999999999 | segments[0].rows is 99999999999999999999",
                "\"rows\":100, | `` | segments[0].rows is missing",
                "\"rows\":100 | \"rows\":100,\"rows\":100 | Duplicate field 'rows'",
                "\"shards\":4 | \"shards\":0 | shards is 0",
                "\"shards\":4 | \"shards\":3 | segments[1].shard is 3",
                "\"version\":1 | \"version\":2 | version is 2 (expected 1, as the file's name says)",
                "\"dim\":8 | \"dim\":-8 | dim is -8",
                "\"dim\":8 | \"dim\":70000 | dim is 70000 (expected an integer from 1 to 65536)",
                "\"dim\":8 | \"dim\":null | dim is null (expected an integer, as there are segments)",
                "\"sequence\":1 | \"sequence\":2 | segments[0].sequence is 2",
                "\"size\":4096 | \"size\":-4096 | segments[0].files[1].size is -4096",
                "\"size\":4096 | \"size\":9223372036854775807 | segments[0].files[1].size is 9223372036854775807",
                "\"e3069283\" | \"E3069283\" | segments[0].files[0].crc32c is \"E3069283\"",
                "\"seg/1.seg\" | \"../1.seg\" | segments[0].files[1].name is \"../1.seg\"",
                "\"seg/1.seg\" | \"/etc/passwd\" | segments[0].files[1].name is \"/etc/passwd\"",
                "\"seg/1.seg\" | \"MANIFEST\" | segments[0].files[1].name is \"MANIFEST\"",
                "data/shard=00000/ | data/shard=00001/ | segments[0].directory is",
                "data/shard=00000/ | ../shard=00000/ | segments[0].directory is",
                "\"long\" | \"varchar\" | schema.id.type is varchar",
                "\"cosine\" | \"hamming\" | metric is hamming",
                "murmur3_x86_32 | crc32 | shardFunction is",
                "\"payload\":[] | \"payload\":[{}] | schema.payload[0].name is missing",
                "\"payload\":[] | \"payload\":[{\"name\":\"a\",\"type\":\"int8\"}] | schema.payload[0].type is no type",
                "\"payload\":[] | \"payload\":[{\"name\":\"ID\",\"type\":\"int\"}] | payload column ID has the name",
                "\"payload\":[] | \"payload\":[{\"name\":\"a\",\"type\":\"int\",\"x\":1}] | unknown field schema.payload[0].x",
                "\"rows\":100 | \"rows\":100,\"tombstones\":{} | segments[0].tombstones.count is missing",
                "\"rows\":100 | \"rows\":100,\"tombstones\":{\"count\":0,\"inline\":\"AAAA\"} | tombstones.count is 0",
                "\"rows\":100 | \"rows\":100,\"tombstones\":{\"count\":1,\"inline\":null} | tombstones.inline is null",
                "\"rows\":100 | \"rows\":100,\"tombstones\":{\"count\":1,\"inline\":\"*\"} | tombstones.inline is",
                "\"centroids\":null | \"centroids\":{} | shardFunction is",
                "\"oldestVersion\":1 | \"oldestVersion\":2 | oldestVersion is 2",
                "\"tags\":{} | \"tags\":{\"a\":7} | tags.a is 7",
                "\"segmentLists\":[] | \"segmentLists\":[{\"name\":\"../../x\"}] | segmentLists[0].name is",
                "\"rows\":100 | \"rows\":100,\"parent\":1 | unknown field segments[0].parent",
                "\"query-1\":17 | \"query-1\":\"17\" | transactions.query-1 is \"17\"",
                "\"operation\":\"append\" | \"operation\":\"Append it\" | operation is \"Append it\"",
            })
    void aFieldThatCannotBeIsRefusedByName(String good, String bad, String error) throws IOException {
        assertThat(json()).contains(good);
        String broken =
                json().replaceFirst(java.util.regex.Pattern.quote(good), java.util.regex.Matcher.quoteReplacement(bad));
        assertThatThrownBy(() -> read(broken))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read snapshot " + FILE + ": ")
                .hasMessageContaining(error);
    }

    @Test
    void aSegmentThatIsListedTwiceIsRefused() throws IOException {
        Segment segment = snapshot.segments().get(0);
        var twice = new Snapshot(
                snapshot.indexId(),
                1,
                snapshot.commitId(),
                "append",
                0,
                snapshot.parameters(),
                1,
                Map.of(),
                List.of(),
                List.of(segment, segment),
                snapshot.transactions());
        byte[] json = SnapshotWriter.toJson(twice);
        assertThatThrownBy(() -> SnapshotReader.fromJson(FILE, 1, json, Snapshots.noLists()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("segments[1].directory")
                .hasMessageContaining("that no other segment has");
    }

    @Test
    void whatIsNoJsonIsRefused() throws IOException {
        String json = json();
        assertThatThrownBy(() -> read(json.substring(0, json.length() / 2)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read snapshot " + FILE);
        assertThatThrownBy(() -> read(json + "{}")).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> read("")).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> read("[]")).hasMessageContaining("the document is an ARRAY (expected an object)");
    }

    @Test
    void depthAndLengthAreBounded() {
        assertThatThrownBy(() -> read("[".repeat(100_000)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("depth");
        assertThatThrownBy(() -> read("{\"formatVersion\": 1, \"indexId\": \"" + "x".repeat(100_000) + "\"}"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("length");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n"})
    void anEmptyFileIsCalledEmpty(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read snapshot " + FILE + ": it is empty (");
    }

    @Test
    void asManyShardsAsTheOptionTakes() throws IOException {
        String most = json().replaceFirst("\"shards\":\\d+", "\"shards\":" + PomaiOption.MAX_SHARDS);
        assertThat(read(most).shards()).isEqualTo(65_536);
        assertThatThrownBy(() -> read(most.replace("\"shards\":65536", "\"shards\":65537")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("shards is 65537 (expected an integer from 1 to 65536)");
    }
}
