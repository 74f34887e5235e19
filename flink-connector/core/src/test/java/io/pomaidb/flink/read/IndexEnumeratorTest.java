package io.pomaidb.flink.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.FlakyFileSystem;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.index.Sharding;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexEnumeratorTest {
    private static final int SHARDS = 4;
    private static final long ROWS = 40;

    @TempDir
    private Path folder;

    private TestIndex index;

    @BeforeEach
    void write() throws Exception {
        index = new TestIndex(folder, new org.apache.hadoop.fs.Path(path()), FlakyFileSystem.configuration());
        index.write(WriteMode.CREATE, rows(LongStream.range(0, ROWS)), "shards", Integer.toString(SHARDS));
    }

    @AfterEach
    void mend() {
        FlakyFileSystem.mend();
    }

    private String path() {
        return FlakyFileSystem.path(folder.resolve("index"));
    }

    private static Map<Long, float[]> rows(LongStream ids) {
        return ids.boxed().collect(Collectors.toMap(id -> id, id -> new float[] {id, 1}));
    }

    private static LongStream idsOf(int shard) {
        return LongStream.range(0, ROWS).filter(id -> Sharding.shardOf(id, SHARDS) == shard);
    }

    private IndexEnumerator enumerator(FakeContext context, ScanState state) {
        var access = new IndexAccess(
                Map.of("path", path(), "cache_dir", index.cache().toString()), FlakyFileSystem.settings());
        var scan = new Scan(access, new RowShape(List.of()));
        var enumerator = new IndexEnumerator(context, scan, Duration.ofSeconds(1), state);
        enumerator.start();
        return enumerator;
    }

    /** Asks for all readers until there is nothing more, and tells who got which. */
    private static Map<Integer, List<IndexSplit>> drain(FakeContext context, IndexEnumerator enumerator) {
        var all = new TreeMap<Integer, List<IndexSplit>>();
        Map<Integer, List<IndexSplit>> now;
        do {
            // The last one asks first: who asks first must not matter.
            for (int reader = context.currentParallelism() - 1; reader >= 0; reader--) {
                enumerator.handleSplitRequest(reader, "localhost");
            }
            now = context.assigned();
            now.forEach((reader, splits) ->
                    all.computeIfAbsent(reader, none -> new ArrayList<>()).addAll(splits));
        } while (!now.isEmpty());
        return all;
    }

    private static List<Integer> shards(Collection<IndexSplit> splits) {
        return splits.stream().map(IndexSplit::shard).sorted().toList();
    }

    private static void begin(FakeContext context, IndexEnumerator enumerator) {
        for (int reader = 0; reader < context.currentParallelism(); reader++) {
            enumerator.handleSourceEvent(reader, new HeldLanes(List.of()));
        }
    }

    @Test
    void aShardIsReadByOneReader() throws Exception {
        var context = new FakeContext(3);
        IndexEnumerator enumerator = enumerator(context, new ScanState(0, 0, List.of()));
        begin(context, enumerator);
        drain(context, enumerator);
        context.look();
        Map<Integer, List<IndexSplit>> first = drain(context, enumerator);
        assertThat(first).hasSize(3);
        assertThat(shards(first.get(0))).containsExactly(0, 3);
        assertThat(shards(first.get(1))).containsExactly(1);
        assertThat(shards(first.get(2))).containsExactly(2);

        index.write(WriteMode.APPEND, rows(idsOf(3)));
        context.look();
        Map<Integer, List<IndexSplit>> second = drain(context, enumerator);
        assertThat(second).containsOnlyKeys(0);
        assertThat(shards(second.get(0))).containsExactly(3);
    }

    @Test
    void anIdKeepsItsReaderWhenItsShardIsAnother() throws Exception {
        var context = new FakeContext(3);
        IndexEnumerator enumerator = enumerator(context, new ScanState(0, 0, List.of()));
        begin(context, enumerator);
        drain(context, enumerator);
        context.look();
        drain(context, enumerator);

        index.reshard(6);
        index.write(WriteMode.APPEND, rows(LongStream.range(0, ROWS)));
        context.look();
        Map<Integer, List<IndexSplit>> given = drain(context, enumerator);

        for (long id = 0; id < ROWS; id++) {
            int lane = Sharding.shardOf(id, SHARDS);
            int shard = Sharding.shardOf(id, 6);
            long asked = id;
            given.forEach((reader, splits) -> assertThat(
                            splits.stream().filter(split -> split.shard() == shard && split.has(asked)))
                    .as("splits of reader %d with id %d", reader, asked)
                    .hasSize(reader == lane % 3 ? 1 : 0));
        }
    }

    /** Flink may give the splits that were being read to any reader when a job's parallelism is another. */
    @Test
    void whoHoldsASplitOfALaneGetsTheNextOnes() throws Exception {
        var context = new FakeContext(2);
        IndexEnumerator enumerator = enumerator(context, new ScanState(1, SHARDS, List.of()));
        index.write(WriteMode.APPEND, rows(LongStream.range(0, ROWS)));
        enumerator.handleSourceEvent(0, new HeldLanes(List.of()));
        enumerator.handleSplitRequest(0, "localhost");
        context.look();
        assertThat(context.assigned()).isEmpty();

        enumerator.handleSourceEvent(1, new HeldLanes(List.of(2)));
        Map<Integer, List<IndexSplit>> given = drain(context, enumerator);

        assertThat(shards(given.get(0))).containsExactly(0);
        assertThat(shards(given.get(1))).containsExactly(1, 2, 3);
    }

    /** One reader failed alone: what it had not finished comes back, and older than what is pending. */
    @Test
    void whatComesBackIsGivenBeforeWhatIsNewer() {
        var context = new FakeContext(1);
        var newer = new IndexSplit(IndexSplit.Kind.CHANGED, 3, 2, 0, 0, SHARDS, 0);
        var older = new IndexSplit(IndexSplit.Kind.CHANGED, 2, 1, 0, 0, SHARDS, 0);
        IndexEnumerator enumerator = enumerator(context, new ScanState(3, SHARDS, List.of(newer)));
        enumerator.handleSourceEvent(0, new HeldLanes(List.of()));

        enumerator.addSplitsBack(List.of(older), 0);

        assertThat(drain(context, enumerator).get(0)).containsExactly(older, newer);
    }

    @Test
    void aCommitThatCannotBeReadIsTriedAgainAtTheNextLook() throws Exception {
        var context = new FakeContext(1);
        IndexEnumerator enumerator = enumerator(context, new ScanState(1, SHARDS, List.of()));
        begin(context, enumerator);
        drain(context, enumerator);
        index.write(WriteMode.APPEND, rows(idsOf(1)));
        index.write(WriteMode.APPEND, rows(idsOf(2)));
        FlakyFileSystem.breakFile("00000000000000000002.json");
        context.look();
        assertThat(drain(context, enumerator)).isEmpty();

        mend();
        context.look();
        assertThat(shards(drain(context, enumerator).get(0))).containsExactly(1, 2);
    }

    @Test
    void aCommitThatIsGoneIsAnError() throws Exception {
        var context = new FakeContext(1);
        IndexEnumerator enumerator = enumerator(context, new ScanState(1, SHARDS, List.of()));
        begin(context, enumerator);
        drain(context, enumerator);
        index.write(WriteMode.APPEND, rows(idsOf(1)));
        index.write(WriteMode.APPEND, rows(idsOf(2)));
        new TestIndex(folder).index().vacuum(VacuumOptions.DEFAULT.withRetention(Duration.ZERO));

        assertThatThrownBy(context::look).hasStackTraceContaining("it has no version 1");
    }
}
