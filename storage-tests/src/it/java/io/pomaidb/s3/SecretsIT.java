package io.pomaidb.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials travel in the Hadoop configuration and come out nowhere. */
class SecretsIT {
    @TempDir
    Path objects;

    @TempDir
    Path local;

    @Test
    void noLogErrorOrFileShowsACredential() throws Exception {
        try (S3Store store = S3Store.start(objects)) {
            Path settings = store.writeSettings(local);
            Path folder = Files.createDirectories(local.resolve("work"));
            String said;
            try (Jvm process = Jvm.start(
                    TalkativeProcess.class,
                    folder.toString(),
                    "s3a://" + S3Store.BUCKET + "/index",
                    settings.toString())) {
                assertThat(process.readLine()).as(process.errors()).isEqualTo("done");
                process.join();
                said = process.errors();
            }
            assertThat(said)
                    .contains(
                            "As expected", "Cannot create index s3a://indexes/index", "no-such-bucket", "//***@indexes")
                    .doesNotContain(S3Store.SECRET_KEY)
                    .doesNotContain(S3Store.KEY_ID);
            requireNoSecretBelow(store.objects());
            requireNoSecretBelow(folder);
        }
    }

    private static void requireNoSecretBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                var content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(content.contains(S3Store.SECRET_KEY) || content.contains(S3Store.KEY_ID))
                        .as(file.toString())
                        .isFalse();
            }
        }
    }
}
