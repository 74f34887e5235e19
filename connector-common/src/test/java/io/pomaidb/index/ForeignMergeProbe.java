package io.pomaidb.index;

import io.pomaidb.engine.PomaiLibrary;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SegmentFilter;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Searches an index of many segments for long, with the library that this JVM was told to load, and says how many
 * databases a shard was opened as, and whether that may ever change.
 */
final class ForeignMergeProbe {
    private ForeignMergeProbe() {}

    public static void main(String[] arguments) throws IOException {
        var written = new TestIndex(Path.of(arguments[0]));
        PomaiIndex index = written.index();
        Snapshot snapshot = index.latestExisting();
        boolean mayMerge;
        try (var searcher = written.view(snapshot, SegmentFilter.ALL).searcher(0)) {
            for (int round = 0; round < 10; round++) {
                float[][] queries = ForeignMergeTest.queries(round);
                var builder = QueryVectors.builder(snapshot.parameters(), "q");
                for (int i = 0; i < queries.length; i++) {
                    builder.add("q" + i, VectorSource.of(queries[i]));
                }
                List<TopK> found = searcher.search(builder.build(), 0, queries.length, 10);
                for (int i = 0; i < queries.length; i++) {
                    check(found.get(i), ForeignMergeTest.nearest(queries[i], 10), queries[i]);
                }
            }
            mayMerge = searcher.mayMerge();
        }
        SegmentCache cache = SegmentCache.shared(written.options());
        List<SegmentLease> leases = MergeProcess.lease(cache, index, snapshot);
        leases.forEach(lease -> lease.spend(MergeProcess.LONG));
        leases.forEach(SegmentLease::close);
        leases = MergeProcess.lease(cache, index, snapshot);
        Jvm.report(PomaiLibrary.load().generation() + " " + leases.size() + " " + mayMerge);
        leases.forEach(SegmentLease::close);
    }

    private static void check(TopK found, Map<Long, Float> nearest, float[] query) {
        var ids = IntStream.range(0, found.size()).mapToObj(found::id).toList();
        if (!ids.equals(List.copyOf(nearest.keySet()))) {
            throw new AssertionError(
                    "Of " + Arrays.toString(query) + " the nearest are " + nearest + " and not " + ids);
        }
    }
}
