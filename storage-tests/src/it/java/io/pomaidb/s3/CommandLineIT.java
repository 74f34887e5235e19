package io.pomaidb.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own, with an index on S3 and the credentials in a file. */
class CommandLineIT {
    private static final String INDEX = "s3a://" + S3Store.BUCKET + "/words";

    @TempDir
    Path objects;

    @TempDir
    Path local;

    private Path settings;

    /** What a command said, and its exit code. */
    private record Answer(int code, String said) {}

    private Answer run(String command, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.pomaidb.cli.Pomaidb",
                command,
                "--settings",
                settings.toString()));
        all.addAll(List.of(arguments));
        all.add(INDEX);
        Path said = local.resolve("said");
        Process process = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        int code = process.waitFor();
        String text = Files.readString(said, StandardCharsets.UTF_8);
        assertThat(text).doesNotContain(S3Store.SECRET_KEY).doesNotContain(S3Store.KEY_ID);
        return new Answer(code, text);
    }

    private Answer done(String command, String... arguments) throws Exception {
        Answer answer = run(command, arguments);
        assertThat(answer.code()).as(answer.said()).isZero();
        return answer;
    }

    private TestIndex write(S3Store store) throws IOException {
        settings = store.writeSettings(local);
        var index = new TestIndex(local, new org.apache.hadoop.fs.Path(INDEX), store.configuration());
        for (int i = 0; i < 4; i++) {
            Map<Long, float[]> rows = Vectors.rows(new Random(i), 50L * i, 50L * i + 60, 4);
            index.write(WriteMode.APPEND, rows, "shards", "2", "metric", "l2");
        }
        return index;
    }

    @Test
    void everyCommandWorksOnAStore() throws Exception {
        try (S3Store store = S3Store.start(objects)) {
            TestIndex index = write(store);
            Map<Long, float[]> rows = index.rows();

            assertThat(done("info", "--json").said()).contains("\"rows\" : 240", "\"segments\" : 8");
            assertThat(done("compact", "--full", "--scratch", local.toString()).said())
                    .contains("version 5, ");
            assertThat(index.index().latestExisting().segments()).hasSize(2);
            String cache = local.resolve("command's cache").toString();
            String found = done(
                            "search",
                            "--json",
                            "-q",
                            "[0, 0, 0, 0]",
                            "--where",
                            "id = 7 or id > 1000",
                            "--cache",
                            cache)
                    .said();
            assertThat(found).containsOnlyOnce("\"rank\" : ").contains("\"id\" : 7,");
            done("rollback", "--to", "4");
            assertThat(done("vacuum", "--retention", "0s", "--grace", "0s", "--dry-run")
                            .said())
                    .contains("would be");
            assertThat(index.index().versions()).hasSize(6);
            done("vacuum", "--retention", "0s", "--grace", "0s");
            assertThat(done("snapshots", "--json").said())
                    .contains("\"version\" : 7")
                    .doesNotContain("\"version\" : 3");
            assertThat(done("verify").said()).doesNotContain("Cannot");
            assertThat(index.rows().keySet()).isEqualTo(rows.keySet());

            Snapshot latest = index.index().latestExisting();
            Segment segment = latest.segments().get(0);
            Path object = store.objects()
                    .resolve("words")
                    .resolve(segment.directory())
                    .resolve(segment.files().get(0).name());
            Files.delete(object);
            Answer damaged = run("verify", "--json");
            assertThat(damaged.code()).isEqualTo(1);
            assertThat(damaged.said()).contains(segment.files().get(0).name() + ": it does not exist");
        }
    }
}
