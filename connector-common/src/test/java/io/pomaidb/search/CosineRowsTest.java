package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Snapshot;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under the cosine metric, rows come back as they were written, though the engine has them with length one. */
class CosineRowsTest {
    private static final int DIM = 6;
    private static final float ROUNDING = 3e-7f;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private final Random random = new Random(23);
    private final Map<Long, float[]> written = new TreeMap<>();
    private TestIndex index;

    /** Rows of all lengths, in several segments, of which newer ones replace rows of older ones. */
    @BeforeEach
    void write() throws IOException {
        index = new TestIndex(folder);
        for (int commit = 0; commit < 12; commit++) {
            Map<Long, float[]> rows = Vectors.rows(random, commit * 30L, commit * 30L + 50, DIM);
            rows.forEach((id, vector) -> {
                double factor = Math.pow(10, random.nextInt(-15, 15));
                for (int i = 0; i < DIM; i++) {
                    vector[i] = (float) (vector[i] * factor);
                }
            });
            rows.put(1_000L + commit, new float[DIM]);
            rows.put(2_000L + commit, new float[] {0.6f, 0, -0.8f, 0, 0, 0});
            index.write(
                    commit == 0 ? WriteMode.CREATE : WriteMode.APPEND,
                    rows,
                    "shards",
                    "1",
                    "metric",
                    "cosine",
                    "adaptive_threshold",
                    "1000000");
            written.putAll(rows);
        }
    }

    private void assertComesBack() throws IOException {
        Map<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).isEqualTo(written.keySet());
        rows.forEach(this::assertIsAsWritten);
        long[] ids = written.keySet().stream().mapToLong(id -> id).toArray();
        var view = index.view(index.index().latestExisting(), SegmentFilter.ALL);
        try (var finder = new SnapshotRows(view, List.of(), true)) {
            List<StoredRow> found = finder.find(ids);
            for (int i = 0; i < ids.length; i++) {
                assertIsAsWritten(ids[i], found.get(i).vector());
            }
        }
    }

    private void assertIsAsWritten(long id, float[] vector) {
        float[] expected = written.get(id);
        for (int i = 0; i < DIM; i++) {
            assertThat(Math.abs(vector[i] - expected[i]))
                    .as("row %d, component %d: %s for %s", id, i, vector[i], expected[i])
                    .isLessThanOrEqualTo(ROUNDING * Math.abs(expected[i]));
        }
    }

    @Test
    void rowsComeBackAsTheyWereWritten() throws IOException {
        assertComesBack();
        assertThat(index.rows().get(2_000L)).containsExactly(written.get(2_000L));
    }

    @Test
    void compactionKeepsThem() throws IOException {
        index.compact(CompactionPolicy.FULL);
        assertThat(index.index().latestExisting().segments()).hasSize(1);
        assertComesBack();
        index.reshard(3);
        assertComesBack();
        CompactionPlan.toClusters(index.index(), index.options(), 4)
                .run(index.configuration(), index.scratch(), 1, CompactionPlan.Progress.NONE);
        assertComesBack();
    }

    @Test
    void rowsOfClustersComeBack() throws IOException {
        CompactionPlan.toClusters(index.index(), index.options(), 4)
                .run(index.configuration(), index.scratch(), 1, CompactionPlan.Progress.NONE);
        Map<Long, float[]> rows = Map.of(5L, new float[] {3, 4, 0, 0, 0, 0}, 6L, new float[] {0, 0, 0, 0, 0, 1e-9f});
        index.write(WriteMode.APPEND, rows);
        written.putAll(rows);
        assertComesBack();
    }

    @Test
    void segmentsMergedInTheCacheKeepThem() throws IOException {
        Snapshot snapshot = index.index().latestExisting();
        QueryVectors query = QueryVectors.builder(snapshot.parameters(), "q")
                .add("q", VectorSource.of(Vectors.gaussian(random, DIM)))
                .build();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (ShardSearcher searcher = index.view(snapshot, SegmentFilter.ALL).searcher(0)) {
            while (searcher.databases() > 1) {
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                searcher.search(query, 0, 1, 10);
            }
        }
        assertComesBack();
    }
}
