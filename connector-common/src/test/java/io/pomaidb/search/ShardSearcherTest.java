package io.pomaidb.search;

import static io.pomaidb.fixture.Vectors.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardSearcherTest {
    private static final String[] EXACT = {"shards", "3", "adaptive_threshold", "1000000"};

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    private static List<Long> ids(TopK hits) {
        return java.util.stream.IntStream.range(0, hits.size())
                .mapToObj(hits::id)
                .toList();
    }

    private static List<Long> nearest(
            Map<Long, float[]> rows, float[] query, int k, ToDoubleBiFunction<float[], float[]> score) {
        return rows.entrySet().stream()
                .sorted(Comparator.comparingDouble(row -> -score.applyAsDouble(query, row.getValue())))
                .limit(k)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static double minusSquaredDistance(float[] left, float[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += ((double) left[i] - right[i]) * ((double) left[i] - right[i]);
        }
        return -sum;
    }

    @Test
    void findsTheNearestOfAllShards() throws IOException {
        var random = new Random(5);
        Map<Long, float[]> rows = Vectors.rows(random, 0, 2_000, 8);
        index.write(WriteMode.CREATE, rows, "shards", "3", "adaptive_threshold", "1000000", "metric", "l2");
        for (int i = 0; i < 20; i++) {
            float[] query = Vectors.gaussian(random, 8);
            TopK hits = index.search(10, query).get(0);
            assertThat(ids(hits)).isEqualTo(nearest(rows, query, 10, ShardSearcherTest::minusSquaredDistance));
            assertThat((double) hits.score(0))
                    .isCloseTo(minusSquaredDistance(query, rows.get(hits.id(0))), within(1e-4));
        }
    }

    @Test
    void aNewerRowOfAnIdHidesTheOlderOnes() throws IOException {
        index.write(WriteMode.CREATE, Map.of(1L, new float[] {10, 0}, 2L, new float[] {5, 0}), EXACT);
        index.write(WriteMode.APPEND, row(1, 1, 0));
        index.write(WriteMode.APPEND, row(1, 3, 0));
        TopK hits = index.search(5, new float[] {1, 0}).get(0);
        assertThat(ids(hits)).containsExactly(2L, 1L);
        assertThat(hits.score(1)).isEqualTo(3);
        assertThat(index.rows()).containsOnlyKeys(1L, 2L);
        assertThat(index.rows().get(1L)).containsExactly(3, 0);
    }

    @Test
    void returnsKLiveRowsWhenNearlyAllOfASegmentIsReplaced() throws IOException {
        var random = new Random(11);
        var rows = new TreeMap<>(Vectors.rows(random, 0, 3_000, 4));
        index.write(WriteMode.CREATE, rows, EXACT);
        // The replaced rows were the best for this query and are the worst now.
        float[] query = {1, 1, 1, 1};
        var replaced = new TreeMap<Long, float[]>();
        for (long id : nearest(rows, query, 2_700, Vectors::dot)) {
            replaced.put(id, new float[] {-100, -100, -100, -100 - id});
        }
        index.write(WriteMode.APPEND, replaced);
        rows.putAll(replaced);
        for (int k : new int[] {1, 10, 100, 2_999}) {
            assertThat(ids(index.search(k, query).get(0))).isEqualTo(nearest(rows, query, k, Vectors::dot));
        }
    }

    @Test
    void returnsKLiveRowsOutOfGraphsToo() throws IOException {
        var random = new Random(19);
        var rows = new TreeMap<>(Vectors.rows(random, 0, 3_000, 8));
        index.write(WriteMode.CREATE, rows, "shards", "2", "adaptive_threshold", "1");
        var replaced = Vectors.rows(random, 0, 2_700, 8);
        index.write(WriteMode.APPEND, replaced);
        rows.putAll(replaced);
        int found = 0;
        for (int i = 0; i < 20; i++) {
            float[] query = Vectors.gaussian(random, 8);
            TopK hits = index.search(50, query).get(0);
            assertThat(ids(hits)).hasSize(50).doesNotHaveDuplicates();
            for (int rank = 0; rank < 50; rank++) {
                assertThat(hits.score(rank)).isCloseTo(Vectors.dot(query, rows.get(hits.id(rank))), within(1e-4f));
            }
            var nearest = nearest(rows, query, 50, Vectors::dot);
            found += (int) ids(hits).stream().filter(nearest::contains).count();
        }
        assertThat(found).as("of 1000 nearest rows").isGreaterThan(900);
    }

    @Test
    void agreesWithTheRowsAfterManyOverlappingWrites() throws IOException {
        var random = new Random(13);
        var rows = new TreeMap<Long, float[]>();
        for (int commit = 0; commit < 12; commit++) {
            long from = random.nextInt(400);
            Map<Long, float[]> written = Vectors.rows(random, from, from + 150, 6);
            index.write(WriteMode.APPEND, written, EXACT);
            rows.putAll(written);
        }
        assertThat(index.rows().keySet()).isEqualTo(rows.keySet());
        var queries = new float[40][];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = Vectors.gaussian(random, 6);
        }
        List<TopK> found = index.search(15, queries);
        for (int i = 0; i < queries.length; i++) {
            assertThat(ids(found.get(i))).isEqualTo(nearest(rows, queries[i], 15, Vectors::dot));
        }
    }

    @Test
    void moreThanThereIsReturnsAllOnce() throws IOException {
        index.write(WriteMode.CREATE, Vectors.rows(new Random(1), 0, 50, 4), EXACT);
        index.write(WriteMode.APPEND, Vectors.rows(new Random(2), 25, 60, 4));
        TopK hits = index.search(Integer.MAX_VALUE, new float[] {1, 0, 0, 0}).get(0);
        assertThat(ids(hits)).hasSize(60).doesNotHaveDuplicates();
        assertThat(hits.score(0)).isGreaterThanOrEqualTo(hits.score(59));
    }

    @Test
    void lessThanOneHitIsRefused() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        assertThatThrownBy(() -> index.search(0, new float[] {1, 2}))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("top_k is 0 (accepted: 1 or more)");
    }

    @Test
    void cosineScoresAreWithinTheirRange() throws IOException {
        var random = new Random(17);
        var rows = new TreeMap<>(Vectors.rows(random, 0, 300, 16));
        rows.put(1_000L, new float[16]);
        index.write(WriteMode.CREATE, rows, "metric", "cosine", "shards", "2");
        for (long id = 0; id < 300; id++) {
            float[] query = rows.get(id).clone();
            for (int i = 0; i < query.length; i++) {
                query[i] *= 1_000;
            }
            TopK hits = index.search(301, query).get(0);
            assertThat(hits.id(0)).isEqualTo(id);
            assertThat(hits.score(0)).isCloseTo(1, within(1e-5f)).isLessThanOrEqualTo(1);
            assertThat(hits.score(300)).isGreaterThanOrEqualTo(-1);
            assertThat(hits.score(ids(hits).indexOf(1_000L))).isZero();
        }
    }

    @Test
    void equalScoresAreOrderedById() throws IOException {
        var rows = new TreeMap<Long, float[]>();
        for (long id = -20; id < 20; id++) {
            rows.put(id, new float[] {1, 2});
        }
        index.write(WriteMode.CREATE, rows, EXACT);
        assertThat(ids(index.search(40, new float[] {1, 1}).get(0))).isEqualTo(List.copyOf(rows.keySet()));
    }

    @Test
    void aQueryThatDoesNotFitIsRefusedByItsName() throws IOException {
        index.write(WriteMode.CREATE, row(1, 1, 2));
        QueryVectors.Builder queries =
                QueryVectors.builder(index.index().latestExisting().parameters(), "v");
        assertThatThrownBy(() -> queries.add("seven", VectorSource.of(1, 2, 3)))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot search for query seven: its vector in column v has 3 components"
                        + " (the index has dim 2)");
        assertThatThrownBy(() -> queries.add("eight", null))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot search for query eight: its vector in column v is null");
    }
}
