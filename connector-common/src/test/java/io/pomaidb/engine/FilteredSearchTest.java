package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches that find some ids only: by the extension of the bundled engine, and by over-fetching from other libraries. */
class FilteredSearchTest {

    private static final int DIM = 4;

    @TempDir
    Path directory;

    private PomaiDatabase open(StructGeneration generation, DatabaseOptions options) {
        return PomaiDatabase.open(TestLibraries.of(generation), directory.resolve("db"), options);
    }

    /** A database of dim 1 whose row {@code i} is at {@code i}. */
    private PomaiDatabase line(StructGeneration generation, int rows) {
        var options = DatabaseOptions.builder(1)
                .metric(Metric.L2)
                .adaptiveThreshold(1_000_000)
                .build();
        var database = open(generation, options);
        try (var batch = new VectorBatch(1, rows)) {
            for (var row = 0; row < rows; row++) {
                batch.add(row, new float[] {row});
            }
            database.putBatch(batch);
        }
        database.freeze();
        return database;
    }

    private static SearchHits search(PomaiDatabase database, int topK, SearchParams params, float... queries) {
        try (var batch = new QueryBatch(database.options().dim(), queries)) {
            return database.searchBatch(batch, topK, params);
        }
    }

    private static SearchParams allowed(IdArray ids) {
        return SearchParams.builder().allowed(ids).build();
    }

    private static SearchParams denied(IdArray ids) {
        return SearchParams.builder().denied(ids).build();
    }

    @ParameterizedTest
    @EnumSource(StructGeneration.class)
    void onlyAllowedRowsAreFound(StructGeneration generation) {
        try (var database = line(generation, 500);
                var ids = IdArray.of(3, 100, 100, 400, 9_999, -1)) {
            var hits = search(database, 2, allowed(ids), 99, 0, 499);

            assertThat(hits.ids(0)).containsExactly(100, 3);
            assertThat(hits.ids(1)).containsExactly(3, 100);
            assertThat(hits.ids(2)).containsExactly(400, 100);
            assertThat(hits.scores(0)).containsExactly(-1f, -96f * 96f);
            assertThat(search(database, 500, allowed(ids), 99).ids(0)).containsExactly(100, 3, 400);
        }
    }

    @ParameterizedTest
    @EnumSource(StructGeneration.class)
    void deniedRowsAreNotFound(StructGeneration generation) {
        // All but 20 rows, and those are the farthest.
        try (var database = line(generation, 500);
                var ids = IdArray.of(480, sink -> {
                    for (long id = 20; id < 500; id++) {
                        sink.accept(id);
                    }
                })) {
            var hits = search(database, 7, denied(ids), 499, 3);

            assertThat(hits.ids(0)).containsExactly(19, 18, 17, 16, 15, 14, 13);
            assertThat(hits.count(1)).isEqualTo(7);
            assertThat(hits.ids(1)).startsWith(3);
            assertThat(search(database, 30, denied(ids), 499).count(0)).isEqualTo(20);
        }
    }

    @ParameterizedTest
    @EnumSource(StructGeneration.class)
    void noIdsAllowNothingAndDenyNothing(StructGeneration generation) {
        try (var database = line(generation, 10);
                var none = IdArray.of()) {
            assertThat(search(database, 3, allowed(none), 1).count(0)).isZero();
            assertThat(search(database, 3, denied(none), 1).ids(0)).containsExactly(1, 0, 2);
            assertThat(search(database, 3, denied(none)).queries()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(StructGeneration.class)
    void agreesWithTheRowsOutOfGraphs(StructGeneration generation) {
        var random = new Random(20261123);
        var rows = new TreeMap<Long, float[]>();
        try (var database = open(
                generation,
                DatabaseOptions.builder(DIM)
                        .metric(Metric.L2)
                        .adaptiveThreshold(1)
                        .build())) {
            try (var batch = new VectorBatch(DIM, 3_000)) {
                for (long id = 0; id < 3_000; id++) {
                    var vector = new float[DIM];
                    for (var i = 0; i < DIM; i++) {
                        vector[i] = (float) random.nextGaussian();
                    }
                    rows.put(id, vector);
                    batch.add(id, vector);
                }
                database.putBatch(batch);
            }
            database.freeze();
            int found = 0;
            for (int share : new int[] {3, 30, 300, 1_500, 2_900}) {
                var chosen = new TreeSet<Long>();
                while (chosen.size() < share) {
                    chosen.add((long) random.nextInt(3_000));
                }
                var left = new TreeMap<>(rows);
                left.keySet().removeAll(chosen);
                var kept = new TreeMap<>(rows);
                kept.keySet().retainAll(chosen);
                float[] query = rows.get((long) random.nextInt(3_000));
                try (var ids = IdArray.of(chosen.stream().mapToLong(id -> id).toArray())) {
                    found += agreeing(search(database, 10, allowed(ids), query), nearest(kept, query));
                    found += agreeing(search(database, 10, denied(ids), query), nearest(left, query));
                }
            }
            assertThat(found).as("of 93 nearest rows").isGreaterThanOrEqualTo(90);
        }
    }

    private static List<Long> nearest(Map<Long, float[]> rows, float[] query) {
        var ids = new ArrayList<>(rows.keySet());
        ids.sort(Comparator.comparingDouble(id -> {
            double sum = 0;
            for (var i = 0; i < DIM; i++) {
                sum += Math.pow(rows.get(id)[i] - query[i], 2);
            }
            return sum;
        }));
        return ids.subList(0, Math.min(10, ids.size()));
    }

    private static int agreeing(SearchHits hits, List<Long> nearest) {
        assertThat(hits.count(0)).isEqualTo(nearest.size());
        return (int) Arrays.stream(hits.ids(0)).filter(nearest::contains).count();
    }

    @ParameterizedTest
    @EnumSource(StructGeneration.class)
    void manyIdsAreLookedUpAtOnce(StructGeneration generation) {
        try (var database = line(generation, 100)) {
            database.delete(50);
            Rows.put(database, -5, 1);

            assertThat(database.exists(new long[] {99, 0, 50, 100, -5, 0, -1}))
                    .containsExactly(true, true, false, false, true, true, false);
            assertThat(database.exists(new long[0])).isEmpty();
            assertThat(database.get(new long[] {99, 50, -5, 99, 100})).isDeepEqualTo(new float[][] {
                database.get(99).orElseThrow(),
                null,
                database.get(-5).orElseThrow(),
                database.get(99).orElseThrow(),
                null
            });
            assertThat(database.get(new long[0])).isEmpty();
        }
    }

    @Test
    void whatTheSearchDidIsCountedByTheBundledEngineAlone() {
        try (var database = line(StructGeneration.A, 100);
                var ids = IdArray.of(3, 5)) {
            assertThat(search(database, 1, SearchParams.DEFAULTS, 1, 2).counters())
                    .contains(new SearchCounters(1, 200, 200));
            assertThat(search(database, 1, allowed(ids), 1, 2).counters()).contains(new SearchCounters(1, 4, 4));
        }
        try (var database = PomaiDatabase.open(
                TestLibraries.of(StructGeneration.B),
                directory.resolve("b"),
                DatabaseOptions.builder(1).build())) {
            assertThat(database.library().filtersIds()).isFalse();
            assertThat(search(database, 1, SearchParams.DEFAULTS, 1).counters()).isEmpty();
        }
    }

    @Test
    void efAndExactCountForOneCall() {
        var random = new Random(7);
        var options = DatabaseOptions.builder(DIM).adaptiveThreshold(1).build();
        try (var database = open(StructGeneration.A, options)) {
            try (var batch = new VectorBatch(DIM, 5_000)) {
                for (long id = 0; id < 5_000; id++) {
                    var first = batch.add(id);
                    for (var i = 0; i < DIM; i++) {
                        batch.vectors().put(first + i, (float) random.nextGaussian());
                    }
                }
                database.putBatch(batch);
            }
            database.freeze();
            long before = 0;
            for (int ef : new int[] {8, 64, 512}) {
                var params = SearchParams.builder().ef(ef).threads(1).build();
                long distances = search(database, 1, params, 1, 1, 1, 1)
                        .counters()
                        .orElseThrow()
                        .distances();
                assertThat(distances).isGreaterThan(before);
                before = distances;
            }
            var exact = SearchParams.builder().exact(true).build();
            assertThat(search(database, 1, exact, 1, 1, 1, 1).counters()).contains(new SearchCounters(1, 5_000, 5_000));
        }
    }

    @Test
    void aDeadlineOfTheCallCounts() {
        try (var database = line(StructGeneration.A, 20_000)) {
            var params = SearchParams.builder()
                    .deadline(Duration.ofNanos(1))
                    .exact(true)
                    .build();
            assertThat(params.deadlineMillis()).isEqualTo(1);
            assertThatThrownBy(() -> search(database, 1, params, new float[20_000]))
                    .isInstanceOfSatisfying(PomaiException.class, failure -> assertThat(failure.statusCode())
                            .isEqualTo(StatusCode.DEADLINE_EXCEEDED));
        }
    }

    @Test
    void paramsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> SearchParams.builder().ef(-1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ef -1");
        assertThatThrownBy(() -> SearchParams.builder().threads(-1)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> SearchParams.builder().deadline(Duration.ofDays(100)))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> SearchParams.builder().deadline(Duration.ofMillis(-1)))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void idsOutOfOrderOrOfAnotherNumberAreRefused() {
        assertThatThrownBy(() -> IdArray.of(1, 3, 2))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot make an array of ids: id 2 stands behind 3 (accepted: ascending unsigned order)");
        assertThatThrownBy(() -> IdArray.of(-1, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("id 1 stands behind 18446744073709551615");
        assertThatThrownBy(() -> IdArray.of(2, sink -> sink.accept(1)))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot make an array of 2 ids: only 1 were given");
        assertThatThrownBy(() -> IdArray.of(0, sink -> sink.accept(1)))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot make an array of 0 ids: more were given");
    }

    @Test
    void manyMoreIdsThanOneWindowHolds() {
        int count = 200_000;
        try (var database = line(StructGeneration.A, 10);
                var ids = IdArray.of(count, sink -> {
                    for (long id = 0; id < count; id++) {
                        sink.accept(id * 3);
                    }
                })) {
            var address = ids.acquire();
            assertThat(ids.contains(address, 3L * (count - 1))).isTrue();
            assertThat(ids.contains(address, 131_072)).isFalse();
            ids.release();
            assertThat(search(database, 10, allowed(ids), 9).ids(0)).containsExactly(9, 6, 3, 0);
        }
    }

    @Test
    void idsAreNotFreedUnderASearch() {
        var ids = IdArray.of(1);
        ids.acquire();
        assertThatThrownBy(ids::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("searches are reading it");
        ids.release();
        ids.close();
        try (var database = line(StructGeneration.A, 10)) {
            assertThatThrownBy(() -> search(database, 1, allowed(ids), 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Cannot use an array of ids: it is closed");
            assertThat(search(database, 1, SearchParams.DEFAULTS, 1).ids(0)).containsExactly(1);
        }
    }
}
