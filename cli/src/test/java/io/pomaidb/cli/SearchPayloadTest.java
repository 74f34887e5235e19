package io.pomaidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pomaidb search} with {@code --where} and {@code --columns}. */
class SearchPayloadTest {
    private static final List<PayloadColumn> COLUMNS = List.of(
            new PayloadColumn("colour", PayloadType.STRING),
            new PayloadColumn("size", PayloadType.INT),
            new PayloadColumn("price", PayloadType.decimal(20, 2)),
            new PayloadColumn("day", PayloadType.DATE),
            new PayloadColumn("at", PayloadType.TIMESTAMP),
            new PayloadColumn("share", PayloadType.DOUBLE),
            new PayloadColumn("tags", PayloadType.array(PayloadType.STRING)),
            new PayloadColumn(
                    "box",
                    PayloadType.struct(List.of(
                            new PayloadColumn("wide", PayloadType.LONG),
                            new PayloadColumn("raw", PayloadType.BINARY)))));

    @TempDir
    Path folder;

    private TestIndex index;

    private void write(IdType idType) throws IOException {
        index = new TestIndex(folder);
        IndexWrite write = IndexWrite.plan(
                index.index(),
                index.options("shards", "2", "metric", "l2"),
                WriteMode.CREATE,
                idType,
                COLUMNS,
                Optional.empty());
        try (ShardWriter writer = index.writer(write)) {
            for (int i = 0; i < 40; i++) {
                if (idType == IdType.STRING) {
                    writer.write(bytes("key " + i), VectorSource.of(i, 0), row(i));
                } else {
                    writer.write(i, VectorSource.of(i, 0), row(i));
                }
            }
            index.commit(write, writer.finish());
        }
    }

    private static PayloadRow row(int i) {
        var row = new PayloadRow(COLUMNS.size());
        row.setBytes(0, bytes(i % 2 == 0 ? "red" : "green"));
        if (i % 5 != 0) {
            row.setInt(1, i);
        }
        row.setBytes(2, new byte[] {(byte) i});
        row.setInt(3, i);
        row.setLong(4, i * 1_000_001L);
        row.setDouble(5, i == 6 ? Double.NaN : i / 4.0);
        var tags = new PayloadRow(2);
        tags.setBytes(0, bytes("a\u001b[1m"));
        row.setValues(6, tags);
        var box = new PayloadRow(2);
        box.setLong(0, -i);
        box.setBytes(1, new byte[] {1, 2});
        row.setValues(7, box);
        return row;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Run search(String... arguments) {
        var all = new ArrayList<Object>(List.of("search", "-q", "[0, 0]", "--cache", folder.resolve("cache")));
        all.addAll(List.of(arguments));
        all.add(index.path());
        return Run.of(all.toArray());
    }

    @Test
    void hitsSatisfyThePredicateAndShowTheirColumns() throws IOException {
        write(IdType.LONG);
        Run run = search(
                "--json",
                "-k",
                "2",
                "--where",
                "colour = 'red' and size between 3 and 30",
                "--columns",
                "price,size,day,at,share,tags,box");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode hits = run.json().get("queries").get(0);
        assertThat(hits.findValuesAsText("id")).containsExactly("4", "6");
        JsonNode payload = hits.get(1).get("payload");
        assertThat(payload.get("price").decimalValue()).isEqualByComparingTo("0.06");
        assertThat(payload.get("size").asInt()).isEqualTo(6);
        assertThat(payload.get("day").asText()).isEqualTo("1970-01-07");
        assertThat(payload.get("at").asText()).isEqualTo("1970-01-01T00:00:06.000006Z");
        assertThat(payload.get("share").asText()).isEqualTo("NaN");
        assertThat(payload.get("tags").toString()).isEqualTo("[\"a\\u001B[1m\",null]");
        assertThat(payload.get("box").toString()).isEqualTo("{\"wide\":-6,\"raw\":\"AQI=\"}");
    }

    @Test
    void peopleReadThemBehindTheScore() throws IOException {
        write(IdType.LONG);
        Run run = search("-k", "1", "--where", "size is null", "--columns", "size,tags");
        assertThat(run.out().lines().skip(1).findFirst().orElseThrow())
                .endsWith("0.0  size=null  tags=[\"a\\u001B[1m\",null]")
                .doesNotContain("\u001b");
        assertThat(search("-k", "3", "--where", "size > 1000").out().lines()).hasSize(1);
    }

    @Test
    void stringIdsAreShownAsTheyWereWritten() throws IOException {
        write(IdType.STRING);
        Run run = search("--json", "-k", "1", "--where", "id like 'key 3%' and id <> 'key 3'");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("queries").get(0).toString())
                .isEqualTo("[{\"rank\":1,\"id\":\"key 30\",\"score\":-900.0}]");
        assertThat(search("-k", "1").out().lines().skip(1).findFirst().orElseThrow())
                .contains(" \"key 0\"  ");
    }

    @Test
    void aPredicateMayNameTheId() throws IOException {
        write(IdType.LONG);
        Run run = search("--json", "--where", "id > 3 and id in (2, 4, 5, 8, 100) and colour = 'red'");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("queries").get(0).findValuesAsText("id")).containsExactly("4", "8");
        assertThat(search("--where", "id = 'four'").err()).contains("stands 'four' (expected a whole number");
    }

    @Test
    void mistakesAreToldWithTheirPlace() throws IOException {
        write(IdType.LONG);
        Run where = search("--where", "size = 1 or weight = 2");
        assertThat(where.code()).isEqualTo(2);
        assertThat(where.err())
                .contains(
                        "Cannot read predicate: at character 13 stands weight = 2 (expected a column: at, box, colour");
        Run columns = search("--columns", "size,weight");
        assertThat(columns.code()).isEqualTo(2);
        assertThat(columns.err()).contains("Cannot read payload column weight: the index has none of that name");
    }
}
