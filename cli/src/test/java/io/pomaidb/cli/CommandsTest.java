package io.pomaidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void write() throws IOException {
        index = new TestIndex(folder);
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 100, 4), "shards", "2", "metric", "l2");
        index.write(WriteMode.APPEND, Vectors.row(7, 1, 2, 3, 4));
    }

    @Test
    void infoSaysWhatTheIndexIs() throws IOException {
        JsonNode info = Run.of("info", "--json", index.path()).json();
        assertThat(info.get("version").asLong()).isEqualTo(2);
        assertThat(info.get("rows").asLong()).isEqualTo(101);
        assertThat(info.get("shards").asInt()).isEqualTo(2);
        assertThat(info.get("dim").asInt()).isEqualTo(4);
        assertThat(info.get("metric").asText()).isEqualTo("l2");
        assertThat(info.get("segments").asInt()).isEqualTo(3);
        assertThat(info.get("path").asText()).isEqualTo("file:" + index.path());

        String text = Run.of("info", index.path()).out();
        assertThat(text)
                .contains("version    2, append of ", "rows       101 stored", "3 in 2 shards by hash", "metric l2");
    }

    @Test
    void anEarlierVersionCanBeLookedAt() throws IOException {
        JsonNode info = Run.of("info", "--json", "--snapshot", 1, index.path()).json();
        assertThat(info.get("version").asLong()).isEqualTo(1);
        assertThat(info.get("rows").asLong()).isEqualTo(100);
        Run none = Run.of("info", "--snapshot", 9, index.path());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("it has no version 9 (it has: [1, 2])");
    }

    @Test
    void snapshotsAreListed() throws IOException {
        JsonNode snapshots = Run.of("snapshots", "--json", index.path()).json().get("snapshots");
        assertThat(snapshots).hasSize(2);
        assertThat(snapshots.get(1).get("version").asLong()).isEqualTo(2);
        assertThat(snapshots.get(1).get("rows").asLong()).isEqualTo(101);
        assertThat(Run.of("snapshots", index.path()).out().lines()).hasSize(3);
    }

    @Test
    void searchShowsTheNearestRows() throws IOException {
        Run run = Run.of(
                "search", "--json", "-q", "[1, 2, 3, 4]", "-k", 3, "--cache", folder.resolve("cache"), index.path());
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode hits = run.json().get("queries").get(0);
        assertThat(hits).hasSize(3);
        assertThat(hits.get(0).get("id").asLong()).isEqualTo(7);
        assertThat(hits.get(0).get("score").asDouble()).isZero();

        String text = Run.of("search", "-q", "[1,2,3,4]", "-k", 1, "--cache", folder.resolve("cache"), index.path())
                .out();
        assertThat(text.lines().skip(1)).singleElement().asString().matches("\\s+1\\s+1\\s+7  -?0\\.0");
    }

    @Test
    void wrongUseIsToldApartFromFailure() throws IOException {
        assertThat(Run.of("search", index.path()).code()).isEqualTo(2);
        assertThat(Run.of("destroy", index.path()).code()).isEqualTo(2);
        Run k = Run.of("search", "-q", "[1,2,3,4]", "-k", 0, index.path());
        assertThat(k.code()).isEqualTo(2);
        assertThat(k.err()).contains("Cannot use option top_k: '0'");
        assertThat(Run.of("search", "-q", "[1,2,3]", index.path()).err()).contains("query 1");
        Run none = Run.of("info", folder.resolve("nothing"));
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("there is none");
        Run scheme = Run.of("info", "gopher://host/index");
        assertThat(scheme.code()).isEqualTo(2);
        assertThat(scheme.err()).contains("POMAIDB_CLASSPATH");
        Run settings = Run.of("info", "--settings", folder.resolve("none.xml"), index.path());
        assertThat(settings.code()).isEqualTo(2);
    }

    @Test
    void aDamagedIndexIsToldInBothForms() throws IOException {
        Path last = index.path().resolve("_pomai/00000000000000000002.json");
        Files.writeString(last, Files.readString(last).replace("append", "happen"));
        Run run = Run.of("info", "--json", index.path());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("Cannot read snapshot file:" + last + ": its CRC32C is ");
        assertThat(run.json().get("error").get("status").asText()).isEqualTo("damaged");
        assertThat(run.json().get("error").get("message").asText()).startsWith("Cannot read snapshot");
    }

    @Test
    void helpNamesEveryCommandAndExitCode() {
        Run run = Run.of("--help");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains(
                        "info",
                        "snapshots",
                        "verify",
                        "search",
                        "compact",
                        "vacuum",
                        "rollback",
                        "Exit codes:",
                        "the index is damaged");
    }

    @Test
    void settingsReachTheFileSystem() {
        Run run = Run.of(
                "info",
                "-D",
                "fs.file.impl=org.example.Missing",
                "-D",
                "fs.file.impl.disable.cache=true",
                index.path());
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("org.example.Missing");
    }

    @Test
    void passwordsAndSettingsAreNotRepeated() {
        Run inPath = Run.of("info", "s3a://key:seeded@bucket/index");
        assertThat(inPath.code()).isEqualTo(2);
        assertThat(inPath.err()).contains("//***@bucket/index").doesNotContain("seeded");
        Run noFileSystem = Run.of("info", "--json", "-D", "fs.s3a.secret.key=seeded", "s3a://bucket/index");
        assertThat(noFileSystem.code()).isNotZero();
        assertThat(noFileSystem.out() + noFileSystem.err()).doesNotContain("seeded");
    }
}
