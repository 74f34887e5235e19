package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Libraries without the bundled engine's extensions search segments as they are, however long, and find the same. */
class ForeignMergeTest {
    private static final int SEGMENTS = 15;
    private static final int ROWS_OF_A_COMMIT = 120;
    private static final int DIM = 6;

    /** The newest row of each id. */
    private static final Map<Long, float[]> NEWEST = new HashMap<>();

    static {
        for (int commit = 0; commit < SEGMENTS; commit++) {
            NEWEST.putAll(rows(commit));
        }
    }

    @TempDir
    Path folder;

    private TestIndex written;

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        for (int commit = 0; commit < SEGMENTS; commit++) {
            written.write(
                    WriteMode.APPEND, rows(commit), "shards", "1", "metric", "ip", "adaptive_threshold", "1000000");
        }
    }

    /** Each commit replaces rows of the one before. */
    private static Map<Long, float[]> rows(int commit) {
        return Vectors.rows(new Random(commit), 80L * commit, 80L * commit + ROWS_OF_A_COMMIT, DIM);
    }

    static float[][] queries(int round) {
        var random = new Random(1000 + round);
        var queries = new float[50][];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = Vectors.gaussian(random, DIM);
        }
        return queries;
    }

    /** The ids nearest to a query, the nearest first, with their scores. */
    static Map<Long, Float> nearest(float[] query, int k) {
        var scores = new HashMap<Long, Float>();
        NEWEST.forEach((id, vector) -> scores.put(id, Vectors.dot(query, vector)));
        var nearest = new LinkedHashMap<Long, Float>();
        scores.entrySet().stream()
                .sorted(Map.Entry.<Long, Float>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(k)
                .forEach(entry -> nearest.put(entry.getKey(), entry.getValue()));
        return nearest;
    }

    private String probe(Map<String, String> properties) throws Exception {
        try (Jvm jvm = Jvm.start(properties, ForeignMergeProbe.class, folder.toString())) {
            String answer = jvm.readLine();
            jvm.join();
            return answer;
        }
    }

    private static Map<String, String> library(String name) {
        String file = System.mapLibraryName("pomai_c_" + name);
        return Map.of(
                "pomai.c.lib",
                Path.of(System.getProperty("pomai.test.generations"), file).toString());
    }

    /** Names of the entries that the cache has besides the segments of the index. */
    private List<String> merged() throws IOException {
        Snapshot snapshot = written.index().latestExisting();
        var segments = snapshot.segments().stream()
                .map(segment -> segment.uuid().toString())
                .toList();
        Path entries = written.cache().resolve(snapshot.indexId().toString());
        try (Stream<Path> all = Files.list(entries)) {
            return all.map(entry -> entry.getFileName().toString())
                    .filter(name -> SnapshotReader.UUID_TEXT.matcher(name).matches() && !segments.contains(name))
                    .toList();
        }
    }

    @Test
    void theBundledLibraryMergesHere() throws Exception {
        assertThat(probe(Map.of())).isEqualTo("A 1 false");
        assertThat(merged()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"gen_b, B", "gen_c, C"})
    void anotherLibraryMergesNothing(String name, String generation) throws Exception {
        assertThat(probe(library(name))).isEqualTo(generation + " " + SEGMENTS + " false");
        assertThat(merged()).isEmpty();
    }

    @Test
    void anotherLibraryLeavesAloneWhatTheBundledOneMerged() throws Exception {
        assertThat(probe(Map.of())).isEqualTo("A 1 false");
        List<String> merged = merged();
        assertThat(probe(library("gen_c"))).isEqualTo("C " + SEGMENTS + " false");
        assertThat(merged()).containsExactlyInAnyOrderElementsOf(merged);
    }
}
