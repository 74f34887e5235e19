package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.CountingFileSystem;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.fixture.Machines;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index of which no machine may hold more than its searcher's shards: the bound of every cache is less than the index. */
class MachinesSearchIT {
    private static final int MACHINES = 2;
    private static final int DIM = 32;
    private static final int ROWS = 1_500;
    private static final int TOP = 7;

    @TempDir
    private static Path folder;

    private static Machines machines;

    private final Random random = new Random(11);

    private SqlIndex index;
    private float[][] rows;

    @BeforeAll
    static void start() throws Exception {
        machines = Machines.start(folder, MACHINES);
    }

    @AfterAll
    static void stop() throws Exception {
        if (machines != null) {
            machines.close();
        }
    }

    private Snapshot write(String name, int shards) throws IOException {
        index = SqlIndex.of(folder.resolve(name));
        rows = new float[ROWS][];
        var written = new ArrayList<GenericRowData>();
        for (int id = 0; id < ROWS; id++) {
            rows[id] = vector(random);
            written.add(GenericRowData.of((long) id, new GenericArrayData(rows[id])));
        }
        return index.write(WriteMode.CREATE, written, "shards", Integer.toString(shards), "metric", "l2");
    }

    /** Whole numbers, so that distances are exact. */
    private static float[] vector(Random random) {
        var vector = new float[DIM];
        for (int i = 0; i < DIM; i++) {
            vector[i] = random.nextInt(-100, 101);
        }
        return vector;
    }

    /** Static, so that what is sent to the machines is no test. */
    private static float[] query(long number) {
        return vector(new Random(-number));
    }

    private static long bytes(Snapshot snapshot, int searcher) {
        return snapshot.segments().stream()
                .filter(segment -> segment.shard() % MACHINES == searcher)
                .mapToLong(Segment::bytes)
                .sum();
    }

    private static long bound(Snapshot snapshot) {
        return IntStream.range(0, MACHINES)
                .mapToLong(searcher -> bytes(snapshot, searcher))
                .max()
                .orElseThrow();
    }

    /** A search of files that look as if they were not on this machine, so that each machine has to fetch what it searches. */
    private PomaiSearch search(Snapshot snapshot) {
        String path = "counting://" + URI.create(index.path()).getPath();
        return PomaiSearch.on(path)
                .hadoop(HadoopSettings.with(Map.of("fs.counting.impl", CountingFileSystem.class.getName())))
                .option("cache_max_bytes", Long.toString(bound(snapshot)))
                .searchers(MACHINES);
    }

    private static StreamExecutionEnvironment environment(RuntimeExecutionMode mode) {
        StreamExecutionEnvironment environment = machines.environment();
        environment.setRuntimeMode(mode);
        return environment;
    }

    /** Holds as many answers as are wanted against a scan in memory, and cancels what would go on. */
    @SuppressWarnings("try") // Of what Flink declares of close().
    private void answersAreExact(DataStream<Tuple3<Long, long[], float[]>> hits, int wanted, int k) throws Exception {
        var answered = new HashSet<Long>();
        try (CloseableIterator<Tuple3<Long, long[], float[]>> found = hits.executeAndCollect()) {
            while (answered.size() < wanted && found.hasNext()) {
                Tuple3<Long, long[], float[]> hit = found.next();
                assertThat(answered.add(hit.f0))
                        .as("query %s is answered once", hit.f0)
                        .isTrue();
                isExact(hit, k);
            }
        }
        assertThat(answered).hasSize(wanted);
        machines.awaitIdle();
    }

    private void isExact(Tuple3<Long, long[], float[]> hit, int k) {
        float[] query = query(hit.f0);
        var distances = new float[ROWS];
        for (int id = 0; id < ROWS; id++) {
            distances[id] = distance(query, rows[id]);
        }
        long[] nearest = LongStream.range(0, ROWS)
                .boxed()
                .sorted(Comparator.<Long>comparingDouble(id -> distances[id.intValue()])
                        .thenComparing(Comparator.naturalOrder()))
                .limit(k)
                .mapToLong(id -> id)
                .toArray();
        assertThat(hit.f1).as("hits of query %s", hit.f0).containsExactly(nearest);
        for (int rank = 0; rank < nearest.length; rank++) {
            assertThat(hit.f2[rank]).as("rank %s of query %s", rank, hit.f0).isEqualTo(-distances[(int) nearest[rank]]);
        }
    }

    private static float distance(float[] left, float[] right) {
        float sum = 0;
        for (int i = 0; i < DIM; i++) {
            sum += (left[i] - right[i]) * (left[i] - right[i]);
        }
        return sum;
    }

    /** Each machine has fetched the segments of one searcher's shards, and nothing else. */
    private static void eachHoldsItsShards(Snapshot snapshot) throws IOException {
        var held = new HashSet<Set<UUID>>();
        for (Path cache : machines.caches()) {
            Path segments = cache.resolve(snapshot.indexId().toString());
            held.add(names(segments));
            assertThat(bytes(cache)).isLessThanOrEqualTo(bound(snapshot));
        }
        var expected = new HashSet<Set<UUID>>();
        for (int searcher = 0; searcher < MACHINES; searcher++) {
            int which = searcher;
            expected.add(Set.copyOf(snapshot.segments().stream()
                    .filter(segment -> segment.shard() % MACHINES == which)
                    .map(Segment::uuid)
                    .toList()));
        }
        assertThat(held).isEqualTo(expected);
        assertThat(machines.log()).doesNotContain("more than cache_max_bytes");
    }

    private static Set<UUID> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return Set.copyOf(children.filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .filter(name -> !name.equals("parts"))
                    .map(UUID::fromString)
                    .toList());
        }
    }

    private static long bytes(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void moreShardsThanSearchers() throws Exception {
        Snapshot snapshot = write("shards-5", 5);
        assertThat(bound(snapshot)).isLessThan(bytes(snapshot, 0) + bytes(snapshot, 1));

        var queries = environment(RuntimeExecutionMode.BATCH).fromSequence(0, 199);
        answersAreExact(search(snapshot).topK(TOP).search(queries, MachinesSearchIT::query), 200, TOP);

        eachHoldsItsShards(snapshot);
    }

    @Test
    void moreSearchersThanShards() throws Exception {
        Snapshot snapshot = write("shards-1", 1);

        var queries = environment(RuntimeExecutionMode.STREAMING).fromSequence(0, 49);
        answersAreExact(search(snapshot).topK(TOP).search(queries, MachinesSearchIT::query), 50, TOP);

        eachHoldsItsShards(snapshot);
    }

    @Test
    void queriesThatNeverEnd() throws Exception {
        Snapshot snapshot = write("shards-4", 4);
        StreamExecutionEnvironment environment = environment(RuntimeExecutionMode.STREAMING);
        environment.enableCheckpointing(100);

        var queries = environment.fromSequence(0, Long.MAX_VALUE);
        answersAreExact(search(snapshot).topK(TOP).search(queries, MachinesSearchIT::query), 300, TOP);

        eachHoldsItsShards(snapshot);
    }

    @Test
    void moreHitsThanThereAreRows() throws Exception {
        Snapshot snapshot = write("shards-3", 3);

        var queries = environment(RuntimeExecutionMode.BATCH).fromSequence(0, 4);
        answersAreExact(search(snapshot).topK(2 * ROWS).search(queries, MachinesSearchIT::query), 5, 2 * ROWS);

        eachHoldsItsShards(snapshot);
    }
}
