package io.pomaidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadSchema;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.payload.PayloadWriter;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@code pomaidb verify} finds every one of 50 ways in which an index was damaged, and names the place. */
class CorruptionTest {
    private static final long SEED = 20261122;
    private static final int DAMAGED_FILES = 40;
    private static final String LATEST = "00000000000000000004.json";

    @TempDir
    static Path folder;

    private static Path good;

    @BeforeAll
    static void write() throws IOException {
        var index = new TestIndex(folder);
        var random = new Random(1);
        for (int i = 0; i < 4; i++) {
            IndexWrite write = IndexWrite.plan(
                    index.index(),
                    index.options("shards", "2", "metric", "cosine", "adaptive_threshold", "50"),
                    i == 0 ? WriteMode.CREATE : WriteMode.APPEND,
                    IdType.LONG,
                    List.of(new PayloadColumn("size", PayloadType.INT)),
                    Optional.empty());
            try (ShardWriter writer = index.writer(write)) {
                for (var row : Vectors.rows(random, 200L * i, 200L * i + (i == 0 ? 300 : 100), 8)
                        .entrySet()) {
                    var payload = new PayloadRow(1);
                    payload.setInt(0, random.nextInt());
                    writer.write(row.getKey(), VectorSource.of(row.getValue()), payload);
                }
                // So many that they are a file of their own.
                for (int deleted = 0; deleted < 400; deleted++) {
                    writer.delete(10_000_000L * i + random.nextInt(1_000_000));
                }
                index.commit(write, writer.finish());
            }
        }
        good = index.path();
    }

    private static Path copy(String name) throws IOException {
        Path to = Files.createDirectories(folder.resolve(name)).resolve("index");
        try (Stream<Path> files = Files.walk(good)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(good.relativize(file)));
            }
        }
        return to;
    }

    private static List<Path> files(Path index) throws IOException {
        try (Stream<Path> files = Files.walk(index)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void nothingIsWrongWithTheIndexItself() throws IOException {
        Run run = Run.of("verify", "--json", good);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("findings")).isEmpty();
        assertThat(run.json().get("snapshots").asInt()).isEqualTo(4);
        assertThat(run.json().get("segments").asInt()).isEqualTo(8);
        assertThat(run.json().get("rows").asLong()).isEqualTo(600);
    }

    @TestFactory
    Stream<DynamicTest> aDamagedFileIsFound() throws IOException {
        var random = new Random(SEED);
        var tests = new ArrayList<DynamicTest>();
        for (int i = 0; i < DAMAGED_FILES; i++) {
            Path index = copy("file" + i);
            List<Path> files = files(index);
            Path victim = files.get(random.nextInt(files.size()));
            String damage = damage(victim, files, random);
            tests.add(DynamicTest.dynamicTest(
                    i + " of seed " + SEED + ": " + damage + " " + index.relativize(victim),
                    () -> requireFinding(index, victim.getFileName().toString())));
        }
        return tests.stream();
    }

    private static void requireFinding(Path index, String named) throws IOException {
        Run run = Run.of("verify", "--json", index);
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(run.json().get("findings")).isNotEmpty();
        String version = named.replaceFirst("^0*(\\d+)\\.json$", "version $1");
        assertThat(run.json().get("findings").toString()).containsAnyOf(named, version + "\"");
    }

    private static String damage(Path file, List<Path> files, Random random) throws IOException {
        byte[] content = Files.readAllBytes(file);
        boolean snapshot = file.getFileName().toString().endsWith(".json");
        // That the latest snapshot is gone nobody can tell.
        int kind = random.nextInt(file.endsWith(LATEST) ? 5 : 7);
        switch (kind) {
            case 0 -> {
                content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, content);
                return "a bit flipped in";
            }
            case 1 -> {
                Files.write(file, Arrays.copyOf(content, random.nextInt(content.length)));
                return "cut short";
            }
            case 2 -> {
                Files.write(file, Arrays.copyOf(content, content.length + 1 + random.nextInt(5000)));
                return "zeros after";
            }
            case 3 -> {
                int from = random.nextInt(content.length);
                int to = Math.min(content.length, from + 1 + random.nextInt(64));
                for (int i = from; i < to; i++) {
                    content[i] = (byte) ~content[i];
                }
                Files.write(file, content);
                return "a range inverted in";
            }
            case 4 -> {
                Path other = files.stream()
                        .filter(candidate -> !candidate.equals(file) && differs(candidate, content))
                        .filter(candidate -> candidate.toString().endsWith(".json") == snapshot)
                        .findFirst()
                        .orElseThrow();
                Files.write(file, Files.readAllBytes(other));
                return "another file in place of";
            }
            case 5 -> {
                Files.delete(file);
                return "deleted";
            }
            default -> {
                Files.delete(file);
                Files.createDirectory(file);
                return "a folder in place of";
            }
        }
    }

    private static boolean differs(Path file, byte[] content) {
        try {
            return !Arrays.equals(Files.readAllBytes(file), content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Damage that no checksum finds, because it came with a good one. */
    @TestFactory
    Stream<DynamicTest> aBrokenRuleIsFound() {
        return Stream.of(
                rule("another number of rows", json -> json.replaceFirst("\"rows\":\\d+", "\"rows\":7")),
                rule("another dim", json -> json.replace("\"dim\":8", "\"dim\":9")),
                rule("another number of shards", json -> json.replace("\"shards\":2", "\"shards\":3")),
                rule(
                        "another index",
                        json -> json.replaceFirst(
                                "\"indexId\":\"[^\"]*", "\"indexId\":\"3d0ba22a-8f3c-4b06-9d57-0c6f5a9c1c55")),
                rule("an earlier time", json -> json.replaceFirst("\"timestamp\":\\d+", "\"timestamp\":1")),
                rule("another metric", json -> json.replace("\"cosine\"", "\"l2\"")),
                rule("a checksum", json -> json.replaceFirst("\"crc32c\":\"[0-9a-f]{8}", "\"crc32c\":\"00000000")),
                rule("a size", json -> json.replaceFirst("\"size\":\\d+", "\"size\":99999999999999")),
                rule(
                        "a name that leaves the folder",
                        json -> json.replaceFirst("\"name\":\"MANIFEST", "\"name\":\"../MANIFEST")),
                rule("a field of nobody", json -> json.replaceFirst("\\{", "{\"extra\":1,")));
    }

    @TestFactory
    Stream<DynamicTest> aLinkOutOfTheIndexIsFoundAndNotFollowed() throws IOException {
        return files(good).stream()
                .map(good::relativize)
                .map(name -> DynamicTest.dynamicTest(name.toString(), () -> {
                    Path index = copy("link " + name.toString().replace('/', ' '));
                    Path outside = Files.move(index.resolve(name), index.resolveSibling("outside"));
                    Files.createSymbolicLink(index.resolve(name), outside);
                    Run run = Run.of("verify", "--json", index);
                    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
                    assertThat(run.json().get("findings").toString())
                            .contains(name.getFileName() + ": it is " + outside, "a file in the folder of the index");
                }));
    }

    /** A payload file of other ids than the engine's rows, with all checksums as they should be. */
    @Test
    void payloadOfOtherRowsIsFound() throws IOException {
        Path index = copy("payload of other rows");
        Path last = index.resolve("_pomai").resolve(LATEST);
        String sealed = Files.readString(last);
        // Of the last commit, so that no earlier version tells another size and checksum.
        String segment = sealed.lines()
                .filter(line -> line.contains("\"sequence\":4"))
                .findFirst()
                .orElseThrow();
        Path victim = index.resolve(field(segment, "\"directory\":\"([^\"]+)")).resolve("payload.parquet");
        long rows = Long.parseLong(field(segment, "\"rows\":(\\d+)"));
        Files.delete(victim);
        var schema = new PayloadSchema(null, List.of(new PayloadColumn("size", PayloadType.INT)));
        try (var writer = new PayloadWriter(schema, Files.createDirectories(folder.resolve("other")), 1 << 16)) {
            for (long id = 0; id < rows; id++) {
                writer.add(id, null, new PayloadRow(1));
            }
            writer.finish(victim);
        }
        var checksum = new CRC32C();
        checksum.update(Files.readAllBytes(victim));
        String other = segment.replaceFirst(
                "(\"name\":\"payload.parquet\",\"size\":)\\d+(,\"crc32c\":\")[0-9a-f]{8}",
                "$1" + Files.size(victim) + "$2" + HexFormat.of().toHexDigits((int) checksum.getValue()));
        String body = sealed.substring(0, sealed.lastIndexOf(",\"crc32c\":")).replace(segment, other);
        Files.writeString(last, seal(body));

        Run run = Run.of("verify", "--json", index);

        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(run.json().get("findings")).hasSize(1);
        assertThat(run.json().get("findings").toString())
                .contains("Cannot read the payload of row ", victim + " has no row of that id");
    }

    private static String field(String json, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(json);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private static DynamicTest rule(String name, UnaryOperator<String> edit) {
        return DynamicTest.dynamicTest(name, () -> {
            Path index = copy("rule " + name);
            Path last = index.resolve("_pomai").resolve(LATEST);
            String sealed = Files.readString(last);
            String body = sealed.substring(0, sealed.lastIndexOf(",\"crc32c\":"));
            String edited = edit.apply(body);
            assertThat(edited).isNotEqualTo(body);
            Files.writeString(last, seal(edited));
            Run run = Run.of("verify", "--json", index);
            assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
            assertThat(run.json().get("findings")).isNotEmpty();
        });
    }

    /** The end of a snapshot file, as docs/format.md has it. */
    private static String seal(String body) {
        var checksum = new CRC32C();
        checksum.update(body.getBytes(StandardCharsets.UTF_8));
        return body + ",\"crc32c\":\"" + HexFormat.of().toHexDigits((int) checksum.getValue()) + "\"}\n";
    }
}
