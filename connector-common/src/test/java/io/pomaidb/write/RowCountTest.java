package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowCountTest {
    /** More than a batch takes. */
    private static final int ROWS = 20_000;

    @TempDir
    Path folder;

    private TestIndex index;
    private ShardWriter writer;
    private final Set<Long> ids = new HashSet<>();

    @BeforeEach
    void open() throws IOException {
        index = new TestIndex(folder);
        writer = index.writer(index.plan(WriteMode.CREATE, "dim", "2", "shards", "1"));
    }

    private void write(long id) throws IOException {
        writer.write(id, VectorSource.of(1, 2));
        ids.add(id);
    }

    private void delete(long id) throws IOException {
        writer.delete(id);
        ids.remove(id);
    }

    private void assertCounted(String description) throws IOException {
        try (ShardWriter closing = writer) {
            assertThat(closing.finish().stream()
                            .mapToLong(written -> written.segment().rows())
                            .sum())
                    .as(description)
                    .isEqualTo(ids.size());
        }
    }

    @Test
    void idsInAnyOrderCountOnce() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < ROWS; i++) {
            write(random.nextInt(ROWS) - ROWS / 2);
        }
        assertCounted("seed " + seed);
    }

    @Test
    void ascendingIdsWithRepetitionsCountOnce() throws IOException {
        for (int i = 0; i < ROWS; i++) {
            write(i / 3);
        }
        assertCounted("ascending");
    }

    @Test
    void anIdThatWasDeletedCountsAgain() throws IOException {
        write(1);
        write(2);
        delete(2);
        write(2);
        delete(1);
        delete(1);
        delete(7);
        assertCounted("the highest, and again");
    }

    @Test
    void deletionsInBetweenCount() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < ROWS; i++) {
            long id = random.nextInt(ROWS / 2);
            if (random.nextInt(20) == 0) {
                delete(id);
            } else {
                write(random.nextInt(5) == 0 ? id : ROWS + i);
            }
        }
        assertCounted("seed " + seed);
    }

    @Test
    void rowsThatWereFrozenBeforeCount() throws IOException {
        writer.close();
        writer = index.writer(index.plan(
                WriteMode.CREATE,
                "dim",
                "2",
                "shards",
                "1",
                "adaptive_threshold",
                "1000000",
                "memory_budget_bytes",
                "800000"));
        var random = new Random(5);
        for (int i = 0; i < 2 * ROWS; i++) {
            write(random.nextInt(ROWS));
        }
        assertCounted("a small memory budget");
    }
}
