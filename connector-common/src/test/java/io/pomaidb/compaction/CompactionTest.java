package io.pomaidb.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.write.WriteMode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactionTest {
    private static final int DIM = 4;

    @TempDir
    Path folder;

    private TestIndex index;
    private final SortedMap<Long, float[]> expected = new TreeMap<>();

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
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

    private void assertRows() throws IOException {
        Map<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        rows.forEach((id, vector) -> assertThat(vector).as("row %d", id).isEqualTo(expected.get(id)));
    }

    private List<CompactedShard> runTasks(CompactionPlan plan) throws IOException {
        var shards = new ArrayList<CompactedShard>();
        for (CompactionTask task : plan.tasks()) {
            shards.add(copy(copy(task).run(index.configuration(), index.scratch(), 1)));
        }
        return shards;
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T object) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
            try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                return (T) in.readObject();
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void smallSegmentsBecomeOneAShardAndRowsStayAsTheyWere() throws IOException {
        append(1, 0, 50);
        append(2, 25, 75);
        delete(3, 30, 70);
        append(3, 60, 90);
        append(4, 3, 5);
        Snapshot compacted = index.compact(CompactionPolicy.FULL);

        assertThat(compacted.operation()).isEqualTo("compact");
        assertThat(compacted.segments()).extracting(Segment::shard).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(compacted.segments())
                .allMatch(segment -> segment.tombstones().isEmpty());
        assertThat(compacted.rows()).isEqualTo(expected.size());
        assertRows();
        append(5, 0, 10);
        delete(80, 81);
        assertRows();
    }

    @Test
    void thePolicyLeavesAloneWhatIsNotWorthIt() throws IOException {
        append(1, 0, 400);
        append(2, 1_000, 1_020);
        Snapshot before = index.index().latestExisting();
        CompactionPolicy policy = CompactionPolicy.DEFAULT;
        assertThat(CompactionPlan.of(index.index(), index.options(), policy).tasks())
                .isEmpty();
        assertThat(index.compact(policy)).isEqualTo(before);

        delete(java.util.stream.LongStream.range(0, 150).toArray());
        Snapshot compacted = index.compact(policy);
        assertThat(compacted.version()).isEqualTo(before.version() + 2);
        assertThat(compacted.segments().stream().mapToLong(Segment::rows).sum()).isEqualTo(270);
        assertRows();
    }

    @Test
    void deadRowsAreCountedExactlyBeforeASegmentIsRewritten() throws IOException {
        append(1, 0, 100);
        // Rows of other ids might replace as many old ones, for all that the snapshot tells; they do not.
        append(2, 100, 200);
        Snapshot before = index.index().latestExisting();
        CompactionPlan plan = CompactionPlan.of(index.index(), index.options(), CompactionPolicy.DEFAULT);
        assertThat(plan.tasks()).hasSize(4);
        List<CompactedShard> shards = runTasks(plan);
        assertThat(shards).allMatch(shard -> shard.segmentsRead() == 0);
        assertThat(plan.commit(shards)).isEqualTo(before);
    }

    @Test
    void whatIsWrittenAndDeletedMeanwhileStaysSo() throws IOException {
        for (int i = 0; i < 5; i++) {
            append(i, i * 10L, i * 10L + 20);
        }
        CompactionPlan plan = CompactionPlan.of(index.index(), index.options(), CompactionPolicy.FULL);
        List<CompactedShard> shards = runTasks(plan);
        append(9, 5, 15);
        delete(20, 21, 22);
        append(10, 21, 22);
        Snapshot compacted = plan.commit(shards);
        assertThat(compacted.segments().get(0).sequence()).isLessThanOrEqualTo(5);
        assertRows();
        index.compact(CompactionPolicy.FULL);
        assertRows();
    }

    @Test
    void ofTwoCompactionsOfTheSameSegmentsOneIsAConflict() throws IOException {
        append(1, 0, 40);
        append(2, 20, 60);
        CompactionPlan left = CompactionPlan.of(index.index(), index.options(), CompactionPolicy.FULL);
        CompactionPlan right = CompactionPlan.of(index.index(), index.options(), CompactionPolicy.FULL);
        List<CompactedShard> leftShards = runTasks(left);
        List<CompactedShard> rightShards = runTasks(right);
        Snapshot compacted = left.commit(leftShards);
        assertThatThrownBy(() -> right.commit(rightShards))
                .isInstanceOf(CommitConflictException.class)
                .hasMessageContaining("another compaction");
        right.abort();
        assertThat(index.index().latestExisting()).isEqualTo(compacted);
        assertRows();
    }

    @Test
    void anOverwriteOrARollbackEndsACompaction() throws IOException {
        append(1, 0, 40);
        append(2, 20, 60);
        CompactionPlan plan = CompactionPlan.of(index.index(), index.options(), CompactionPolicy.FULL);
        List<CompactedShard> shards = runTasks(plan);
        index.index().rollback(1);
        assertThatThrownBy(() -> plan.commit(shards)).isInstanceOf(CommitConflictException.class);
        index.index().rollback(2);
        plan.commit(shards);
        assertRows();
    }

    @Test
    void tombstonesThatAreStillNeededBecomeOneAndTheOthersGo() throws IOException {
        append(1, 0, 2_000);
        for (int i = 0; i < 6; i++) {
            delete(i, 100 + i);
        }
        // Nothing is worth a rewrite, but six commits of tombstones become one a shard.
        CompactionPolicy policy = CompactionPolicy.DEFAULT;
        Snapshot compacted = index.compact(policy);
        assertThat(compacted.segments().stream()
                        .filter(segment -> segment.rows() == 0)
                        .map(Segment::shard))
                .doesNotHaveDuplicates()
                .isNotEmpty();
        assertRows();
        assertThat(index.compact(CompactionPolicy.FULL).segments())
                .allMatch(segment -> segment.tombstones().isEmpty());
        assertRows();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 8})
    void otherShardsHoldTheSameRows(int shards) throws IOException {
        append(1, -60, 60);
        append(2, 0, 100);
        delete(5, -7, 99);
        Snapshot before = index.index().latestExisting();
        CompactionPlan plan = CompactionPlan.toShards(index.index(), index.options(), shards);
        List<CompactedShard> done = runTasks(plan);
        append(3, 90, 110);
        delete(1, 100);
        Snapshot after = plan.commit(done);

        assertThat(after.operation()).isEqualTo("reshard");
        assertThat(after.shards()).isEqualTo(shards);
        assertThat(after.indexId()).isEqualTo(before.indexId());
        assertRows();
        append(4, 0, 30);
        delete(29);
        assertRows();
        assertThat(index.rows(before)).hasSize(157);
    }

    @Test
    void whateverIsDoneInWhateverOrderRowsAreWhatWasWrittenLast() throws IOException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        append(seed, 0, 30);
        for (int step = 0; step < 60; step++) {
            switch (random.nextInt(6)) {
                case 0 -> delete(random.longs(5, 0, 100).distinct().toArray());
                case 1 -> {
                    CompactionPlan plan = CompactionPlan.of(
                            index.index(),
                            index.options(),
                            CompactionPolicy.DEFAULT.withDeadShare(0.5).withLeastSegments(2 + random.nextInt(3)));
                    List<CompactedShard> shards = runTasks(plan);
                    change(random, seed + step);
                    plan.commit(shards);
                }
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        CompactionPlan plan =
                                CompactionPlan.toShards(index.index(), index.options(), 1 + random.nextInt(5));
                        List<CompactedShard> shards = runTasks(plan);
                        change(random, seed + step);
                        plan.commit(shards);
                    }
                }
                default -> change(random, seed + step);
            }
            assertThat(index.rows().keySet()).as("seed %d, step %d", seed, step).isEqualTo(expected.keySet());
        }
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
}
