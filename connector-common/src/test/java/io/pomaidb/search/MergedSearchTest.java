package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** A search finds the same before, while and after a shard's segments are merged in the cache. */
class MergedSearchTest {
    private static final int DIM = 6;
    private static final int K = 20;
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    @TempDir
    Path folder;

    private final Random random = new Random(11);

    /** Thirty commits of rows that replace each other, and deletions in between. */
    private TestIndex write() throws IOException {
        var index = new TestIndex(folder);
        for (int commit = 0; commit < 30; commit++) {
            long from = random.nextInt(500);
            Map<Long, float[]> rows = Vectors.rows(random, from, from + 100, DIM);
            index.write(
                    commit == 0 ? WriteMode.CREATE : WriteMode.APPEND,
                    rows,
                    "shards",
                    "1",
                    "metric",
                    "ip",
                    "adaptive_threshold",
                    "1000000");
            if (commit % 4 == 3) {
                index.index().delete(from, from + 1, random.nextInt(600));
            }
        }
        return index;
    }

    private static List<Long> nearest(Map<Long, float[]> rows, float[] query) {
        var ids = new ArrayList<>(rows.keySet());
        ids.sort(Comparator.<Long>comparingDouble(id -> -Vectors.dot(query, rows.get(id)))
                .thenComparing(Comparator.naturalOrder()));
        return ids.subList(0, Math.min(K, ids.size()));
    }

    private void assertFinds(ShardSearcher searcher, Snapshot snapshot, Map<Long, float[]> rows) {
        float[] query = Vectors.gaussian(random, DIM);
        QueryVectors queries = QueryVectors.builder(snapshot.parameters(), "q")
                .add("q", VectorSource.of(query))
                .build();
        TopK hits = searcher.search(queries, 0, 1, K).get(0);
        assertThat(FilteredShards.ids(hits))
                .as("with %d databases", searcher.databases())
                .isEqualTo(nearest(rows, query));
    }

    /** Searches until nothing is left to merge, all rows having been where they should. */
    private void searchUntilMerged(TestIndex index) throws IOException {
        Snapshot snapshot = index.index().latestExisting();
        Map<Long, float[]> rows = index.rows(snapshot);
        long deadline = System.nanoTime() + PATIENCE;
        try (ShardSearcher searcher = index.view(snapshot, SegmentFilter.ALL).searcher(0)) {
            assertThat(searcher.databases()).isGreaterThan(20);
            while (searcher.databases() > 1) {
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                assertFinds(searcher, snapshot, rows);
            }
            assertFinds(searcher, snapshot, rows);
        }
    }

    @Test
    void hitsStayTheSame() throws IOException {
        TestIndex index = write();
        searchUntilMerged(index);
        index.index().delete(index.rows().firstKey(), index.rows().lastKey());
        index.write(WriteMode.APPEND, Vectors.rows(random, 100, 120, DIM));
        Snapshot snapshot = index.index().latestExisting();
        try (ShardSearcher searcher = index.view(snapshot, SegmentFilter.ALL).searcher(0)) {
            assertThat(searcher.databases()).isEqualTo(2);
            assertFinds(searcher, snapshot, index.rows(snapshot));
        }
        // An older snapshot shares nothing but what has the same segments.
        Snapshot older = index.index().snapshot(snapshot.version() - 10);
        try (ShardSearcher searcher = index.view(older, SegmentFilter.ALL).searcher(0)) {
            assertFinds(searcher, older, index.rows(older));
        }
    }

    @Test
    void filtersHoldForTheSegmentsThatRowsCameFrom() throws IOException {
        TestIndex index = write();
        searchUntilMerged(index);
        Snapshot snapshot = index.index().latestExisting();
        for (int round = 0; round < 20; round++) {
            var filters = new HashMap<UUID, IdFilter>();
            for (Segment segment : snapshot.segments()) {
                filters.put(segment.uuid(), filter(round));
            }
            SegmentFilter filter = segment -> filters.get(segment.uuid());
            try (ShardSearcher searcher = index.view(snapshot, filter).searcher(0)) {
                assertThat(searcher.databases()).isLessThanOrEqualTo(1);
                assertFinds(searcher, snapshot, index.rows(filter));
            }
        }
    }

    private IdFilter filter(int round) {
        var chosen = new Roaring64Bitmap();
        for (int i = random.nextInt(300); i > 0; i--) {
            chosen.addLong(random.nextInt(600));
        }
        return switch (random.nextInt(round % 2 == 0 ? 4 : 2)) {
            case 0 -> IdFilter.ALL;
            case 1 -> IdFilter.deny(chosen);
            case 2 -> IdFilter.allow(chosen);
            default -> IdFilter.allow();
        };
    }
}
