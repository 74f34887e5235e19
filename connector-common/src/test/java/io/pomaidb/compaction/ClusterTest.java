package io.pomaidb.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index whose rows go to the shard of the nearest centroid, where an id may move from shard to shard. */
class ClusterTest {
    private static final int DIM = 4;

    @TempDir
    Path folder;

    private TestIndex index;
    private final SortedMap<Long, float[]> expected = new TreeMap<>();

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    /** Two shards, around (1, 0) and (-1, 0). */
    private IndexWrite planTwo(WriteMode mode) throws IOException {
        return IndexWrite.plan(
                index.index(),
                index.options("shards", "2", "shard_by", "cluster", "metric", "l2"),
                mode,
                IdType.LONG,
                Optional.of(Centroids.of(2, new float[] {1, 0, -1, 0})));
    }

    private void assertRows() throws IOException {
        Map<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        rows.forEach((id, vector) -> assertThat(vector).as("row %d", id).isEqualTo(expected.get(id)));
    }

    @Test
    void aRowThatMovesToAnotherShardIsReplacedWhereItWas() throws IOException {
        IndexWrite write = planTwo(WriteMode.CREATE);
        Snapshot first = index.commit(
                write,
                index.writeTask(
                        write,
                        new TreeMap<>(
                                Map.of(1L, new float[] {1, 1}, 2L, new float[] {-1, 1}, 3L, new float[] {2, 2}))));
        assertThat(first.segments())
                .extracting(Segment::shard, Segment::rows)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0, 2L), org.assertj.core.groups.Tuple.tuple(1, 1L));
        assertThat(first.segments()).allMatch(segment -> segment.tombstones().isEmpty());

        index.write(WriteMode.APPEND, Vectors.row(1, -3, 0));
        assertThat(index.rows()).containsOnlyKeys(1L, 2L, 3L);
        assertThat(index.rows().get(1L)).containsExactly(-3, 0);
        index.write(WriteMode.APPEND, Vectors.row(1, 3, 0));
        assertThat(index.rows().get(1L)).containsExactly(3, 0);
        index.index().delete(1, 2);
        assertThat(index.rows()).containsOnlyKeys(3L);
        index.compact(CompactionPolicy.FULL);
        assertThat(index.rows()).containsOnlyKeys(3L);
    }

    @Test
    void oneCommitHasOneRowOfAnIdWhicheverTasksWroteIt() throws IOException {
        IndexWrite write = planTwo(WriteMode.CREATE);
        var written = new ArrayList<WrittenSegment>();
        try (ShardWriter writer = index.writer(write)) {
            writer.write(1, VectorSource.of(-1, 0));
            writer.write(1, VectorSource.of(1, 0));
            writer.write(2, VectorSource.of(1, 0));
            writer.write(2, VectorSource.of(-1, 0));
            writer.write(3, VectorSource.of(1, 0));
            writer.delete(3);
            written.addAll(writer.finish());
        }
        written.addAll(index.writeTask(write, Vectors.row(2, 5, 0)));
        index.commit(write, written);
        assertThat(index.rows()).containsOnlyKeys(1L, 2L);
        assertThat(index.rows().get(1L)).containsExactly(1, 0);
        assertThat(index.rows().get(2L)).containsExactly(5, 0);
    }

    @Test
    void withoutCentroidsItCannotBeMade() {
        assertThatThrownBy(() -> index.plan(WriteMode.CREATE, "shard_by", "cluster"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("there are no centroids");
    }

    @Test
    void anAppendKeepsToTheIndexesWay() throws IOException {
        index.write(WriteMode.CREATE, Vectors.row(1, 1, 2));
        assertThatThrownBy(() -> index.plan(WriteMode.APPEND, "shard_by", "cluster"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("option shard_by is cluster and the index has hash");
    }

    @Test
    void damagedCentroidsAreRefused() throws IOException {
        IndexWrite write = planTwo(WriteMode.CREATE);
        index.commit(write, index.writeTask(write, Vectors.row(1, 1, 1)));
        try (var files = Files.newDirectoryStream(index.path().resolve("_pomai"), "centroids-*")) {
            for (Path file : files) {
                // A copy elsewhere, because this JVM has read the file at this place.
                byte[] bytes = Files.readAllBytes(file);
                bytes[0] ^= 1;
                Files.write(file, bytes);
            }
        }
        Path moved = Files.move(index.path(), folder.resolve("moved"));
        PomaiIndex elsewhere = PomaiIndex.at(new org.apache.hadoop.fs.Path(moved.toUri()), index.configuration());
        assertThatThrownBy(() -> elsewhere.centroids(elsewhere.latestExisting().parameters()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its CRC32C is");
    }

    @Test
    void aHashedIndexBecomesAClusteredOneAndBackWhileOthersWrite() throws IOException {
        append(1, 0, 300);
        append(2, 200, 400);
        CompactionPlan plan = CompactionPlan.toClusters(index.index(), index.options(), 6);
        List<CompactedShard> shards = run(plan);
        append(3, 350, 450);
        delete(0, 1, 449);
        Snapshot clustered = plan.commit(shards);
        assertThat(clustered.parameters().routing().isByCluster()).isTrue();
        assertThat(clustered.shards()).isEqualTo(6);
        assertRows();
        append(4, 100, 150);
        delete(120, 440);
        assertRows();
        CompactionPlan back = CompactionPlan.toShards(index.index(), index.options(), 3);
        List<CompactedShard> backShards = run(back);
        append(5, 90, 130);
        back.commit(backShards);
        assertRows();
    }

    @Test
    void whateverIsDoneRowsAreWhatWasWrittenLast() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        append(seed, 0, 60);
        CompactionPlan.toClusters(index.index(), index.options(), 5)
                .run(index.configuration(), index.scratch(), 1, CompactionPlan.Progress.NONE);
        for (int step = 0; step < 40; step++) {
            if (random.nextInt(4) == 0) {
                CompactionPlan plan = CompactionPlan.of(
                        index.index(),
                        index.options(),
                        CompactionPolicy.DEFAULT.withLeastSegments(2 + random.nextInt(3)));
                List<CompactedShard> shards = run(plan);
                change(random, seed + step);
                plan.commit(shards);
            } else {
                change(random, seed + step);
            }
            assertThat(index.rows().keySet()).as("seed %d, step %d", seed, step).isEqualTo(expected.keySet());
        }
        assertRows();
        index.compact(CompactionPolicy.FULL);
        assertRows();
    }

    private void change(Random random, long seed) throws IOException {
        long from = random.nextInt(90);
        if (random.nextInt(3) == 0) {
            delete(from, from + 1, from + 2);
        } else {
            append(seed, from, from + 10);
        }
    }

    private void append(long seed, long from, long to) throws IOException {
        SortedMap<Long, float[]> rows = Vectors.rows(new Random(seed), from, to, DIM);
        index.write(WriteMode.APPEND, rows);
        expected.putAll(rows);
    }

    private void delete(long... ids) throws IOException {
        index.index().delete(ids);
        for (long id : ids) {
            expected.remove(id);
        }
    }

    private List<CompactedShard> run(CompactionPlan plan) throws IOException {
        var shards = new ArrayList<CompactedShard>();
        for (CompactionTask task : plan.tasks()) {
            shards.add(task.run(index.configuration(), index.scratch(), 1));
        }
        return shards;
    }
}
