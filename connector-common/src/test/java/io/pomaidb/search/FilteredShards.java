package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** What filters on shards promise, with whatever library this JVM has loaded. */
final class FilteredShards {
    private static final String[] EXACT = {"shards", "2", "adaptive_threshold", "1000000", "metric", "ip"};
    private static final String[] GRAPHS = {"shards", "1", "adaptive_threshold", "1", "metric", "ip"};

    private final TestIndex index;

    FilteredShards(Path folder) {
        index = new TestIndex(folder);
    }

    /** Runs everything, each in a folder of its own. */
    static void checkAll(Path folder) throws IOException {
        new FilteredShards(folder.resolve("a")).agreesWithTheRowsUnderRandomFilters();
        new FilteredShards(folder.resolve("b")).returnsKLiveRowsWhenNearlyAllOfASegmentIsDead();
        new FilteredShards(folder.resolve("c")).aHiddenRowStillReplacesTheOlderOnes();
        new FilteredShards(folder.resolve("d")).fewAllowedRowsOfManyAreAllFound();
        new FilteredShards(folder.resolve("e")).deletedRowsAreLeftOutBesideTheFilter();
    }

    static List<Long> ids(TopK hits) {
        return IntStream.range(0, hits.size()).mapToObj(hits::id).toList();
    }

    private static List<Long> nearest(Map<Long, float[]> rows, float[] query, int k) {
        var ids = new ArrayList<>(rows.keySet());
        ids.sort(Comparator.<Long>comparingDouble(id -> -Vectors.dot(query, rows.get(id)))
                .thenComparing(Comparator.naturalOrder()));
        return ids.subList(0, Math.min(k, ids.size()));
    }

    /** Overlapping commits, and for each segment a filter that allows or denies some ids. */
    void agreesWithTheRowsUnderRandomFilters() throws IOException {
        var random = new Random(29);
        var newest = new TreeMap<Long, Long>();
        var vectors = new HashMap<Long, Map<Long, float[]>>();
        for (long version = 1; version <= 6; version++) {
            long from = random.nextInt(300);
            Map<Long, float[]> written = Vectors.rows(random, from, from + 200, 6);
            index.write(
                    version == 1 ? WriteMode.CREATE : WriteMode.APPEND, written, version == 1 ? EXACT : new String[0]);
            vectors.put(version, written);
            for (long id : written.keySet()) {
                newest.put(id, version);
            }
        }
        for (int round = 0; round < 12; round++) {
            var filters = new HashMap<Long, IdFilter>();
            for (long version = 1; version <= 6; version++) {
                var chosen = new Roaring64Bitmap();
                for (int i = random.nextInt(300); i > 0; i--) {
                    chosen.addLong(random.nextInt(600));
                }
                filters.put(
                        version,
                        switch (random.nextInt(4)) {
                            case 0 -> IdFilter.ALL;
                            case 1 -> IdFilter.allow();
                            case 2 -> IdFilter.allow(chosen);
                            default -> IdFilter.deny(chosen);
                        });
            }
            SegmentFilter filter = segment -> filters.get(segment.sequence());
            var shown = new TreeMap<Long, float[]>();
            newest.forEach((id, version) -> {
                if (filters.get(version).test(id)) {
                    shown.put(id, vectors.get(version).get(id));
                }
            });
            assertThat(index.rows(filter).keySet()).isEqualTo(shown.keySet());
            for (int k : new int[] {1, 10, 1_000}) {
                float[] query = Vectors.gaussian(random, 6);
                assertThat(ids(index.search(filter, k, query).get(0)))
                        .as("round %d, k %d", round, k)
                        .isEqualTo(nearest(shown, query, k));
            }
        }
    }

    /** 90 % of a graph are dead, and the dead rows are the best ones. */
    void returnsKLiveRowsWhenNearlyAllOfASegmentIsDead() throws IOException {
        var random = new Random(31);
        var rows = new TreeMap<>(Vectors.rows(random, 0, 3_000, 8));
        index.write(WriteMode.CREATE, rows, GRAPHS);
        float[] query = Vectors.gaussian(random, 8);
        var dead = new Roaring64Bitmap();
        for (long id : nearest(rows, query, 2_700)) {
            dead.addLong(id);
            rows.remove(id);
        }
        SegmentFilter live = segment -> IdFilter.deny(dead);
        for (int k : new int[] {1, 10, 299, 300, 1_000}) {
            List<Long> found = ids(index.search(live, k, query).get(0));
            assertThat(found).hasSize(Math.min(k, 300)).doesNotHaveDuplicates();
            assertThat(rows.keySet()).containsAll(found);
            var nearest = nearest(rows, query, k);
            assertThat(found.stream().filter(nearest::contains).count())
                    .isGreaterThanOrEqualTo(nearest.size() * 9 / 10);
        }
        assertThat(index.rows(live).keySet()).isEqualTo(rows.keySet());
    }

    void aHiddenRowStillReplacesTheOlderOnes() throws IOException {
        index.write(WriteMode.CREATE, Map.of(1L, new float[] {9, 0}, 2L, new float[] {5, 0}), EXACT);
        index.write(WriteMode.APPEND, Vectors.row(1, 3, 0));
        SegmentFilter newestHidden = segment -> segment.sequence() == 2 ? IdFilter.deny(1) : IdFilter.ALL;
        float[] query = {1, 0};
        assertThat(ids(index.search(newestHidden, 5, query).get(0))).containsExactly(2L);
        assertThat(index.rows(newestHidden)).containsOnlyKeys(2L);
        SegmentFilter onlyOldest = segment -> segment.sequence() == 1 ? IdFilter.allow(1, 2) : IdFilter.allow();
        assertThat(ids(index.search(onlyOldest, 5, query).get(0))).containsExactly(2L);
        assertThat(index.rows(segment -> IdFilter.allow())).isEmpty();
        assertThat(index.search(segment -> IdFilter.allow(), 5, query).get(0)).isEqualTo(TopK.EMPTY);
    }

    void fewAllowedRowsOfManyAreAllFound() throws IOException {
        var random = new Random(37);
        var rows = new TreeMap<>(Vectors.rows(random, -2_000, 2_000, 8));
        index.write(WriteMode.CREATE, rows, GRAPHS);
        SegmentFilter few = segment -> IdFilter.allow(1_999, -2_000, 17, -1, 5_000);
        var allowed = new TreeMap<>(rows);
        allowed.keySet().retainAll(List.of(1_999L, -2_000L, 17L, -1L));
        float[] query = Vectors.gaussian(random, 8);
        assertThat(ids(index.search(few, 10, query).get(0))).isEqualTo(nearest(allowed, query, 10));
        assertThat(ids(index.search(few, 2, query).get(0))).isEqualTo(nearest(allowed, query, 2));
        assertThat(index.rows(few).keySet()).isEqualTo(allowed.keySet());
    }

    /** Deletions are tombstones, which reach the engine as ids to leave out. */
    void deletedRowsAreLeftOutBesideTheFilter() throws IOException {
        var random = new Random(41);
        var rows = new TreeMap<>(Vectors.rows(random, 0, 1_000, 6));
        index.write(WriteMode.CREATE, rows, EXACT);
        float[] query = Vectors.gaussian(random, 6);
        long[] dead = nearest(rows, query, 900).stream().mapToLong(id -> id).toArray();
        index.index().delete(dead);
        for (long id : dead) {
            rows.remove(id);
        }
        assertThat(index.rows().keySet()).isEqualTo(rows.keySet());
        for (int k : new int[] {1, 10, 99, 100, 1_000}) {
            assertThat(ids(index.search(k, query).get(0))).isEqualTo(nearest(rows, query, k));
        }
        long[] hidden = nearest(rows, query, 40).stream().mapToLong(id -> id).toArray();
        for (long id : hidden) {
            rows.remove(id);
        }
        SegmentFilter filter = segment -> IdFilter.deny(hidden);
        assertThat(ids(index.search(filter, 50, query).get(0))).isEqualTo(nearest(rows, query, 50));
        assertThat(index.rows(filter).keySet()).isEqualTo(rows.keySet());
    }
}
