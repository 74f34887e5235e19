package io.pomaidb.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.Probes;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 100,000 descriptors of photographs in 64 shards, of which a query visits 8. */
class ClusterRecallTest {
    private static final int DIM = 128;
    private static final int K = 10;
    private static final int TRUE_NEIGHBOURS = 100;
    private static final int QUERIES = 300;

    @TempDir
    Path folder;

    private TestIndex index;

    private static Path data() {
        return Path.of(Objects.requireNonNullElse(System.getenv("POMAI_TEST_DATA"), "../../shared/data"))
                .resolve("sift-photos");
    }

    private static float[] vector(byte[] rows, int row) {
        var vector = new float[DIM];
        for (int i = 0; i < DIM; i++) {
            vector[i] = rows[row * DIM + i] & 0xff;
        }
        return vector;
    }

    /** What a search found, and how many distances that took. */
    private record Outcome(double recall, double distances) {}

    @Test
    void eightProbesOfSixtyFourFindTheNeighboursForAFifthOfTheWork() throws IOException {
        assumeTrue(Files.exists(data()), "no test vectors at " + data().toAbsolutePath());
        index = new TestIndex(folder);
        // Without graphs, so that all the work is distances of rows in the shards that are visited.
        IndexWrite write = index.plan(WriteMode.CREATE, "metric", "l2", "shards", "4", "adaptive_threshold", "1000000");
        byte[] base = Files.readAllBytes(data().resolve("base.u8"));
        try (ShardWriter writer = index.writer(write)) {
            for (int row = 0; row < base.length / DIM; row++) {
                writer.write(row, VectorSource.of(vector(base, row)));
            }
            index.commit(write, writer.finish());
        }
        Snapshot clustered = CompactionPlan.toClusters(index.index(), index.options(), 64)
                .run(index.configuration(), index.scratch(), 2, CompactionPlan.Progress.NONE);
        assertThat(clustered.rows()).isEqualTo(100_000);
        assertThat(clustered.shards()).isEqualTo(64);

        Outcome all = search(clustered, index.options());
        Outcome some = search(clustered, index.options("probes", "8"));
        // Two rows may be as near as each other at the tenth place.
        assertThat(all.recall()).isGreaterThanOrEqualTo(0.999);
        assertThat(some.recall()).as("%s of %s", some, all).isGreaterThanOrEqualTo(0.95);
        assertThat(some.distances() + 64).isLessThanOrEqualTo(all.distances() / 5);
    }

    private Outcome search(Snapshot snapshot, PomaiOptions options) throws IOException {
        byte[] rows = Files.readAllBytes(data().resolve("query.u8"));
        QueryVectors.Builder builder = QueryVectors.builder(snapshot.parameters(), "query_vector");
        for (int q = 0; q < QUERIES; q++) {
            builder.add("q" + q, VectorSource.of(vector(rows, q)));
        }
        QueryVectors queries = builder.build();
        Probes probes = Probes.of(index.index(), snapshot, queries, options);
        var found = new TopK[QUERIES];
        Arrays.fill(found, TopK.EMPTY);
        double distances = 0;
        SnapshotView view = SnapshotView.of(index.index(), snapshot, options, 2);
        for (int shard = 0; shard < snapshot.shards(); shard++) {
            int[] visitors = probes.queriesOf(shard);
            try (var searcher = view.searcher(shard)) {
                List<TopK> hits = searcher.search(queries, visitors, K);
                for (int i = 0; i < visitors.length; i++) {
                    found[visitors[i]] = TopK.merge(found[visitors[i]], hits.get(i), K);
                }
                distances += searcher.counters().distances();
            }
        }
        return new Outcome(recall(found), distances / QUERIES);
    }

    private static double recall(TopK[] found) throws IOException {
        var truth = ByteBuffer.wrap(Files.readAllBytes(data().resolve("groundtruth_l2.i32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        int hits = 0;
        for (int q = 0; q < QUERIES; q++) {
            for (int i = 0; i < K; i++) {
                long neighbour = truth.get(q * TRUE_NEIGHBOURS + i);
                for (int rank = 0; rank < found[q].size(); rank++) {
                    hits += found[q].id(rank) == neighbour ? 1 : 0;
                }
            }
        }
        return (double) hits / (QUERIES * K);
    }
}
