package io.pomaidb.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilteredShardTest {
    @TempDir
    Path folder;

    @Test
    void agreesWithTheRowsUnderRandomFilters() throws IOException {
        new FilteredShards(folder).agreesWithTheRowsUnderRandomFilters();
    }

    @Test
    void returnsKLiveRowsWhenNearlyAllOfASegmentIsDead() throws IOException {
        new FilteredShards(folder).returnsKLiveRowsWhenNearlyAllOfASegmentIsDead();
    }

    @Test
    void aHiddenRowStillReplacesTheOlderOnes() throws IOException {
        new FilteredShards(folder).aHiddenRowStillReplacesTheOlderOnes();
    }

    @Test
    void fewAllowedRowsOfManyAreAllFound() throws IOException {
        new FilteredShards(folder).fewAllowedRowsOfManyAreAllFound();
    }

    @Test
    void deletedRowsAreLeftOutBesideTheFilter() throws IOException {
        new FilteredShards(folder).deletedRowsAreLeftOutBesideTheFilter();
    }

    @ParameterizedTest
    @CsvSource({"gen_b, B", "gen_c, C"})
    void theSameHoldsWithALibraryThatCannotLeaveRowsOut(String library, String generation) throws Exception {
        String file = System.mapLibraryName("pomai_c_" + library);
        var properties = Map.of(
                "pomai.c.lib",
                Path.of(System.getProperty("pomai.test.generations"), file).toString());
        try (Jvm jvm = Jvm.start(properties, ForeignShardProbe.class, folder.toString())) {
            String answer = jvm.readLine();
            jvm.join();
            assertThat(answer).isEqualTo(generation + " false");
        }
    }

    @Test
    void theEnginesWorkIsCounted() throws IOException {
        var index = new TestIndex(folder);
        index.write(
                WriteMode.CREATE, Vectors.rows(new Random(3), 0, 500, 4), "shards", "1", "adaptive_threshold", "1000");
        var snapshot = index.index().latestExisting();
        var queries = QueryVectors.builder(snapshot.parameters(), "v")
                .add("q", io.pomaidb.vector.VectorSource.of(1, 2, 3, 4))
                .build();
        SegmentFilter filter = segment -> IdFilter.allow(1, 2, 3);
        SnapshotView view = SnapshotView.of(index.index(), snapshot, index.options(), 1);
        try (var searcher = view.where(filter).searcher(0)) {
            assertThat(searcher.counters().distances()).isZero();
            searcher.search(queries, 0, 1, 10);
            searcher.search(queries, 0, 1, 10);
            assertThat(searcher.counters()).isEqualTo(new io.pomaidb.engine.SearchCounters(2, 6, 6));
        }
    }
}
