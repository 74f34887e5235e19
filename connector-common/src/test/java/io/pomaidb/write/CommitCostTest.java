package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit writes about as much as it adds, whatever the index holds. */
class CommitCostTest {
    private static final long KIB = 1024;

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    private Map<Path, Long> files() throws IOException {
        var sizes = new HashMap<Path, Long>();
        try (Stream<Path> files = Files.walk(index.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sizes.put(file, Files.size(file));
            }
        }
        return sizes;
    }

    private long written(Map<Path, Long> before) throws IOException {
        Map<Path, Long> after = files();
        after.keySet().removeAll(before.keySet());
        return after.values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void oneRowIntoAHundredThousandTakesLessThan64KiBAndSoDoTheNext() throws IOException {
        // Without graphs, whose building is not what this is about.
        index.write(
                WriteMode.CREATE,
                Vectors.rows(new Random(1), 0, 100_000, 16),
                "shards",
                "4",
                "adaptive_threshold",
                "1000000");
        long most = 0;
        for (int i = 0; i < 250; i++) {
            Map<Path, Long> before = files();
            if (i % 5 == 4) {
                index.index().delete(i, 50_000 + i);
            } else {
                index.write(WriteMode.APPEND, Vectors.rows(new Random(i), 99_999 + i, 100_000 + i, 16));
            }
            most = Math.max(most, written(before));
        }
        assertThat(most).isLessThan(64 * KIB);
        Snapshot latest = index.index().latestExisting();
        assertThat(latest.segments()).hasSizeGreaterThan(250);
        assertThat(latest.lists()).isNotEmpty();
        assertThat(index.rows().size()).isEqualTo(100_000 + 199 - 100);
    }
}
