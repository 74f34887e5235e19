package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.QueryBatch;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.engine.SearchParams;
import io.pomaidb.fixture.CountingFileSystem;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small segments that are searched a lot become one database in the cache. */
class SegmentMergingTest {
    private static final int SEGMENTS = 12;

    /** More than merging any rows of these tests costs. */
    private static final long LONG = Long.MAX_VALUE / 1000;

    @TempDir
    Path folder;

    private final List<SegmentCache> opened = new ArrayList<>();
    private final Random random = new Random(5);
    private TestIndex written;
    private PomaiIndex index;
    private Snapshot snapshot;
    private SegmentCache cache;

    @BeforeEach
    void write() throws IOException {
        written = new TestIndex(folder);
        written.write(WriteMode.CREATE, rows(0), "shards", "1", "adaptive_threshold", "1000");
        for (int i = 1; i < SEGMENTS; i++) {
            snapshot = written.write(WriteMode.APPEND, rows(i));
        }
        index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path("counting:" + written.path()), CountingFileSystem.configuration());
        cache = openCache();
        CountingFileSystem.reset();
    }

    /** Each commit replaces half of the rows of the one before. */
    private Map<Long, float[]> rows(int commit) {
        return Vectors.rows(random, 20L * commit - 100, 20L * commit - 60, 8);
    }

    @AfterEach
    void closeDatabases() {
        opened.forEach(SegmentCache::closeIdle);
    }

    /** A cache on the same folder as another class loader's. */
    private SegmentCache openCache() throws IOException {
        SegmentCache another = SegmentCache.open(written.cache());
        opened.add(another);
        return another;
    }

    private List<SegmentLease> lease() throws IOException {
        return lease(cache);
    }

    private List<SegmentLease> lease(SegmentCache from) throws IOException {
        List<Segment> segments = index.segmentsOf(snapshot, 0).stream()
                .map(ShardSegment::segment)
                .toList();
        DatabaseOptions options =
                snapshot.parameters().databaseOptions().searchThreads(1).build();
        return from.leaseShard(index, snapshot, segments, segments.size(), options);
    }

    private static List<Integer> sizes(List<SegmentLease> leases) {
        return leases.stream().map(lease -> lease.segments().size()).toList();
    }

    /** Searches all segments for so long that they are merged, twice if that is worth it. */
    private void searchForLong() throws IOException {
        for (int i = 0; i < 2; i++) {
            List<SegmentLease> leases = lease();
            leases.forEach(lease -> lease.spend(LONG));
            close(leases);
        }
    }

    private static void close(List<SegmentLease> leases) {
        leases.forEach(SegmentLease::close);
    }

    /** The rows of leases, newer ones before older ones. */
    private static SortedMap<Long, float[]> rows(List<SegmentLease> leases) {
        var rows = new TreeMap<Long, float[]>();
        for (SegmentLease lease : leases) {
            try (RecordScan scan = lease.database().scan()) {
                while (scan.next()) {
                    var vector = new float[8];
                    scan.copyVector(vector);
                    rows.putIfAbsent(scan.id(), vector);
                }
            }
        }
        return rows;
    }

    private void assertNewestRows(List<SegmentLease> leases) throws IOException {
        SortedMap<Long, float[]> expected = written.rows(snapshot);
        SortedMap<Long, float[]> found = rows(leases);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((id, vector) -> assertThat(vector).as("row " + id).isEqualTo(expected.get(id)));
    }

    private Path folderOf(SegmentLease lease) {
        return lease.database().directory();
    }

    @Test
    void segmentsThatWereSearchedAsLongAsMergingTakesAreMerged() throws IOException {
        List<SegmentLease> leases = lease();
        assertThat(sizes(leases)).hasSize(SEGMENTS).containsOnly(1);
        assertThat(leases.get(0).isToBeMerged()).isTrue();
        assertThat(leases.get(3).spend(1)).isFalse();
        assertThat(leases.get(3).spend(LONG)).isTrue();
        close(leases);

        leases = lease();
        assertThat(sizes(leases)).containsExactly(SEGMENTS);
        assertThat(leases.get(0).isToBeMerged()).isFalse();
        assertNewestRows(leases);
        RowSources sources = leases.get(0).sources();
        assertThat(sources.segmentOf(-100)).isEqualTo(snapshot.segments().get(0).uuid());
        assertThat(sources.segmentOf(-80)).isEqualTo(snapshot.segments().get(1).uuid());
        assertThat(sources.segmentOf(5_000)).isNull();
        close(leases);
    }

    @Test
    void aFurtherSegmentStandsBesideTheMergedOnes() throws IOException {
        searchForLong();
        snapshot = written.write(WriteMode.APPEND, rows(SEGMENTS));
        List<SegmentLease> leases = lease();
        assertThat(sizes(leases)).containsExactly(1, SEGMENTS);
        assertNewestRows(leases);
        close(leases);

        searchForLong();
        leases = lease();
        assertThat(sizes(leases)).containsExactly(SEGMENTS + 1);
        assertNewestRows(leases);
        close(leases);
    }

    @Test
    void anotherProcessFindsWhatWasMergedAndFetchesNothing() throws IOException {
        searchForLong();
        cache.closeIdle();
        CountingFileSystem.reset();
        List<SegmentLease> leases = lease(openCache());
        assertThat(sizes(leases)).containsExactly(SEGMENTS);
        assertThat(CountingFileSystem.reset()).isZero();
        assertNewestRows(leases);
        close(leases);
    }

    @Test
    void manyThreadsMergeOnce() throws Exception {
        List<SegmentLease> before = lease();
        before.forEach(lease -> lease.spend(LONG));
        close(before);
        int threads = 6;
        var together = new CyclicBarrier(threads);
        var executor = Executors.newFixedThreadPool(threads);
        try {
            Callable<Path> waiter = () -> {
                together.await();
                List<SegmentLease> leases = lease();
                try {
                    assertThat(sizes(leases)).containsExactly(SEGMENTS);
                    assertNewestRows(leases);
                    return folderOf(leases.get(0));
                } finally {
                    close(leases);
                }
            };
            var folders = new ArrayList<Future<Path>>();
            for (int i = 0; i < threads; i++) {
                folders.add(executor.submit(waiter));
            }
            for (Future<Path> each : folders) {
                assertThat(each.get()).isEqualTo(folders.get(0).get());
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void whatWasMergedAndIsDamagedIsMergedAgain() throws IOException {
        searchForLong();
        List<SegmentLease> leases = lease();
        Path merged = folderOf(leases.get(0));
        close(leases);
        cache.closeIdle();
        try (Stream<Path> files = Files.list(merged)) {
            for (Path file : files.filter(file -> !file.endsWith("LOCK")).toList()) {
                byte[] whole = Files.readAllBytes(file);
                if (whole.length > 0) {
                    byte[] damaged = whole.clone();
                    damaged[whole.length / 2] ^= 4;
                    Files.write(file, damaged);
                    leases = lease(openCache());
                    assertThat(sizes(leases)).as("after damage of " + file).containsExactly(SEGMENTS);
                    assertNewestRows(leases);
                    close(leases);
                    opened.forEach(SegmentCache::closeIdle);
                }
            }
        }
    }

    @Test
    void whatCannotBeMergedIsSearchedAsItIs() throws IOException {
        searchForLong();
        List<SegmentLease> leases = lease();
        Path merged = folderOf(leases.get(0));
        close(leases);
        cache.closeIdle();
        // A file where the folder would be: nothing can be moved to its name.
        LocalDirectories.delete(merged);
        Files.createFile(merged);
        cache = openCache();
        searchForLong();
        leases = lease();
        assertThat(sizes(leases)).hasSize(SEGMENTS);
        assertNewestRows(leases);
        close(leases);
    }

    @Test
    void whatWasMergedIsEvictedAsSegmentsAre() throws IOException {
        searchForLong();
        List<SegmentLease> leases = lease();
        Path merged = folderOf(leases.get(0));
        close(leases);
        cache.closeIdle();
        cache.bound(1);
        snapshot = written.write(WriteMode.APPEND, rows(SEGMENTS));
        leases = lease();
        assertNewestRows(leases);
        close(leases);
        assertThat(merged).doesNotExist();
    }

    @Test
    void aGraphIsNotGivenUpForADatabaseWithoutOne() throws IOException {
        Map<Long, float[]> many = Vectors.rows(random, 10_000, 13_000, 8);
        snapshot = written.write(WriteMode.APPEND, many);
        for (int i = 0; i < 3; i++) {
            snapshot = written.write(WriteMode.APPEND, rows(i));
        }
        List<SegmentLease> leases = lease();
        assertThat(sizes(leases)).hasSize(SEGMENTS + 4);
        leases.get(0).spend(LONG);
        close(leases);
        leases = lease();
        // The three newest, the large one, and what is older than that.
        assertThat(sizes(leases).get(0)).isGreaterThan(1);
        assertThat(leases).anyMatch(SegmentMergingTest::hasGraph);
        assertNewestRows(leases);
        close(leases);
    }

    /** Whether a search compares fewer rows than there are. */
    private static boolean hasGraph(SegmentLease lease) {
        try (var query = new QueryBatch(8, FloatBuffer.wrap(new float[8]))) {
            var counters = lease.database()
                    .searchBatch(query, 1, SearchParams.DEFAULTS)
                    .counters()
                    .orElseThrow();
            return counters.distances()
                    < lease.segments().stream().mapToLong(Segment::rows).sum() / 2;
        }
    }

    @Test
    void groupsAreFewAndStayAsTheyAre() throws IOException {
        var segments = new ArrayList<Segment>();
        List<SegmentGroup> before = List.of();
        int kept = 0;
        for (int i = 0; i < 1_000; i++) {
            int rows = random.nextInt(10) == 0 ? 10_000 : 100;
            segments.add(0, new Segment(0, i + 1, new java.util.UUID(1, i), List.of(), rows, "x"));
            List<SegmentGroup> groups = SegmentGroup.plan(segments);
            assertThat(groups.stream()
                            .mapToInt(group -> group.segments().size())
                            .sum())
                    .isEqualTo(segments.size());
            assertThat(groups.size()).isLessThanOrEqualTo(6);
            if (!before.isEmpty()
                    && before.get(before.size() - 1)
                            .mergedAs("")
                            .equals(groups.get(groups.size() - 1).mergedAs(""))) {
                kept++;
            }
            before = groups;
        }
        assertThat(kept).isGreaterThan(900);
        assertThat(SegmentGroup.plan(List.of())).isEmpty();
    }
}
