package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SegmentFilter;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that merge segments in a cache, and are killed in the middle of it or do it at the same time. */
class SegmentMergeKillTest {
    private static final int COMMITS = 9;
    private static final int ROWS_OF_A_COMMIT = 2_000;

    /** Rows of a commit that the next one replaces. */
    private static final int REPLACED = 500;

    private static final int ROWS = COMMITS * (ROWS_OF_A_COMMIT - REPLACED) + REPLACED;
    private static final int DIM = 64;

    @TempDir
    Path folder;

    private TestIndex written;
    private Snapshot snapshot;

    /** The commit that wrote the newest row of an id. */
    static long newestCommit(long id) {
        return Math.min(COMMITS - 1, id / (ROWS_OF_A_COMMIT - REPLACED));
    }

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        for (int commit = 0; commit < COMMITS; commit++) {
            Map<Long, float[]> rows = new HashMap<>();
            long from = (long) commit * (ROWS_OF_A_COMMIT - REPLACED);
            for (long id = from; id < from + ROWS_OF_A_COMMIT; id++) {
                rows.put(id, vector(commit, id));
            }
            snapshot = written.write(
                    WriteMode.APPEND,
                    rows,
                    "shards",
                    "1",
                    "metric",
                    "l2",
                    "adaptive_threshold",
                    "5000",
                    "hnsw_ef_construction",
                    "400");
        }
    }

    private static float[] vector(long commit, long id) {
        float[] vector = Vectors.gaussian(new Random(id), DIM);
        vector[0] = commit;
        vector[1] = id;
        return vector;
    }

    private Jvm ready() throws IOException {
        Jvm jvm = Jvm.start(MergeProcess.class, folder.toString());
        assertThat(jvm.readLine()).as(jvm.errors()).isEqualTo("ready");
        return jvm;
    }

    private Path parts() {
        return written.cache().resolve(snapshot.indexId().toString()).resolve("parts");
    }

    private boolean isMerging() throws IOException {
        try (Stream<Path> parts = Files.list(parts())) {
            return parts.findAny().isPresent();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void assertRowsAreFound() throws IOException {
        var queries = QueryVectors.builder(snapshot.parameters(), "q");
        List<Long> wanted = List.of(0L, 1_499L, 1_500L, 9_999L, ROWS - 1L);
        for (long id : wanted) {
            queries.add("q" + id, VectorSource.of(vector(newestCommit(id), id)));
        }
        QueryVectors built = queries.build();
        try (var searcher = written.view(snapshot, SegmentFilter.ALL).searcher(0)) {
            List<TopK> found = searcher.search(built, 0, wanted.size(), 1);
            for (int i = 0; i < wanted.size(); i++) {
                assertThat(found.get(i).id(0)).isEqualTo(wanted.get(i));
                assertThat(Math.abs(found.get(i).score(0))).isZero();
            }
        }
    }

    /** Kills it so long after it has begun; whether that was before it had ended. */
    private boolean killWhileMerging(long millis) throws Exception {
        try (Jvm merging = ready()) {
            merging.writeLine("go on");
            while (!isMerging() && merging.isAlive()) {
                Thread.onSpinWait();
            }
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < millis * 1_000_000) {
                Thread.onSpinWait();
            }
            merging.kill();
        }
        return isMerging();
    }

    /** Kills it when it copies rows, and when it builds a graph of them. */
    @ParameterizedTest
    @ValueSource(longs = {0, 30, 200})
    void oneThatIsKilledInTheMiddleLeavesNothingBehind(long millis) throws Exception {
        for (int attempt = 0; !killWhileMerging(millis); attempt++) {
            // It was done before, or between two of its steps.
            assertThat(attempt).isLessThan(5);
            LocalDirectories.delete(written.cache());
        }
        assertRowsAreFound();
        try (Jvm after = ready()) {
            after.writeLine("go on");
            assertThat(after.readLine()).as(after.errors()).isEqualTo("1 " + ROWS);
            after.join();
        }
        assertThat(parts()).isEmptyDirectory();
        assertRowsAreFound();
    }

    @Test
    void processesThatMergeAtTheSameTimeSeeTheSameRows() throws Exception {
        var processes = new ArrayList<Jvm>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(ready());
            }
            for (Jvm process : processes) {
                process.writeLine("go on");
            }
            for (Jvm process : processes) {
                assertThat(process.readLine()).as(process.errors()).isEqualTo("1 " + ROWS);
                process.join();
            }
        } finally {
            for (Jvm process : processes) {
                process.close();
            }
        }
        assertThat(parts()).isEmptyDirectory();
        assertRowsAreFound();
    }
}
