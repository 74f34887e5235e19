package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRunsTest {
    private static final PayloadSchema KEYED =
            new PayloadSchema("key", List.of(new PayloadColumn("number", PayloadType.LONG)));

    /** So many that runs are merged while files are added. */
    private static final int FILES = 100;

    @TempDir
    Path folder;

    private Path scratch;

    @BeforeEach
    void makeScratch() throws IOException {
        scratch = Files.createDirectory(folder.resolve("scratch"));
    }

    private PayloadFile file(List<Long> ids, List<String> keys) throws IOException {
        try (var writer = new PayloadWriter(KEYED, folder, 1 << 20)) {
            var number = new PayloadRow(1);
            for (int i = 0; i < ids.size(); i++) {
                number.setLong(0, i);
                writer.add(ids.get(i), keys.get(i).getBytes(StandardCharsets.UTF_8), number);
            }
            return PayloadFiles.finish(writer, folder);
        }
    }

    /** Each id is in several files, with the same key. */
    private List<PayloadFile> files(Random random) throws IOException {
        var files = new ArrayList<PayloadFile>();
        for (int i = 0; i < FILES; i++) {
            List<Long> ids = random.longs(50, -500, 500).distinct().boxed().toList();
            files.add(file(ids, ids.stream().map(id -> "key " + id).toList()));
        }
        return files;
    }

    private void check(List<PayloadFile> files) throws IOException {
        try (var runs = new KeyRuns(scratch)) {
            for (PayloadFile file : files) {
                runs.add(KEYED, file);
            }
            runs.check();
        }
    }

    @Test
    void sameKeysOfOneIdAreOneKey() throws IOException {
        check(files(new Random(42)));

        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void twoKeysOfOneIdAreFoundInWhicheverFilesTheyAre() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        List<PayloadFile> files = files(random);
        for (int round = 0; round < 10; round++) {
            var damaged = new ArrayList<>(files);
            long id = random.nextLong();
            int one = random.nextInt(FILES);
            int other = (one + 1 + random.nextInt(FILES - 1)) % FILES;
            damaged.set(one, file(List.of(id, 1_000_000L), List.of("one", "far")));
            damaged.set(other, file(List.of(-1_000_000L, id), List.of("away", "two")));

            assertThatThrownBy(() -> check(damaged))
                    .as("files %d and %d, seed %d", one, other, seed)
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("\"one\"")
                    .hasMessageContaining("\"two\"")
                    .hasMessageContaining("both have the id " + id);
            try (Stream<Path> left = Files.list(scratch)) {
                assertThat(left).isEmpty();
            }
        }
    }
}
