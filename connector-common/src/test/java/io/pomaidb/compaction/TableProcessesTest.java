package io.pomaidb.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writers, compactions and vacuums in processes of their own, on one index of the local disk. */
class TableProcessesTest {
    private static final int WRITERS = 8;
    private static final int COMMITS = 25;

    @TempDir
    Path folder;

    private TestIndex index;

    @BeforeEach
    void create() {
        index = new TestIndex(folder);
    }

    @Test
    void everyRowOfEightWritersIsAccountedForWhileTheIndexIsCompacted() throws Exception {
        index.write(WriteMode.CREATE, Vectors.row(-100, 7, 7), "shards", "2");
        var writers = new ArrayList<Jvm>();
        // By version, the writer and the number of its commit.
        var commits = new TreeMap<Long, long[]>();
        int compactions = 0;
        try {
            for (long writer = 0; writer < WRITERS; writer++) {
                writers.add(Jvm.start(
                        TableProcess.class,
                        folder.toString(),
                        "mix",
                        Long.toString(writer),
                        Integer.toString(COMMITS)));
            }
            for (Jvm writer : writers) {
                assertThat(writer.readLine()).isEqualTo("ready");
            }
            for (Jvm writer : writers) {
                writer.writeLine("go");
            }
            for (int i = 0; i < COMMITS; i++) {
                for (int writer = 0; writer < WRITERS; writer++) {
                    String report = writers.get(writer).readLine();
                    int gap = report.indexOf(' ');
                    commits.put(
                            Long.parseLong(report.substring(0, gap)),
                            new long[] {writer, Long.parseLong(report.substring(gap + 1))});
                }
                if (i % 4 == 3) {
                    Snapshot before = index.index().latestExisting();
                    compactions += index.compact(CompactionPolicy.FULL).version() > before.version() ? 1 : 0;
                    index.index()
                            .vacuum(VacuumOptions.DEFAULT
                                    .withRetention(Duration.ZERO)
                                    .withKeepVersions(50));
                }
            }
            for (Jvm writer : writers) {
                writer.join();
            }
        } finally {
            for (Jvm writer : writers) {
                writer.close();
            }
        }

        assertThat(commits).as("each commit has a version of its own").hasSize(WRITERS * COMMITS);
        assertThat(compactions).isPositive();
        assertRows(commits);
        index.compact(CompactionPolicy.FULL);
        assertRows(commits);
    }

    /** The rows are those of the commits in the order of their versions. */
    private void assertRows(Map<Long, long[]> commits) throws IOException {
        var expected = new TreeMap<Long, float[]>();
        expected.put(-100L, new float[] {7, 7});
        for (long[] commit : commits.values()) {
            long writer = commit[0];
            long i = commit[1];
            if (i % 5 == 4) {
                expected.remove(writer * 1000 + i - 2);
            } else {
                expected.put(writer * 1000 + i, new float[] {writer, i});
                expected.put(-1 - i % TableProcess.SHARED, new float[] {writer, i});
            }
        }
        Map<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (id, vector) -> assertThat(rows.get(id)).as("row %d", id).containsExactly(vector));
    }

    @Test
    void aCompactionThatIsKilledBeforeItsCommitChangesNothing() throws Exception {
        for (int i = 0; i < 4; i++) {
            index.write(WriteMode.APPEND, Vectors.rows(new Random(i), i * 10L, i * 10L + 15, 2));
        }
        Snapshot before = index.index().latestExisting();
        try (Jvm compaction = Jvm.start(TableProcess.class, folder.toString(), "compacted")) {
            assertThat(compaction.readLine()).isEqualTo("ready 4");
            compaction.kill();
        }
        assertThat(index.index().latestExisting()).isEqualTo(before);
        assertThat(index.rows().keySet())
                .containsExactlyElementsOf(LongStream.range(0, 45).boxed().toList());
        assertThat(index.index().vacuum(VacuumOptions.DEFAULT).files()).isEmpty();
        assertThat(index.index()
                        .vacuum(VacuumOptions.DEFAULT.withGrace(Duration.ZERO))
                        .files())
                .isNotEmpty();
        index.compact(CompactionPolicy.FULL);
        assertThat(index.rows()).hasSize(45);
    }

    @Test
    void aProcessThatIsKilledAnywhereLeavesAWholeIndex() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        index.write(WriteMode.CREATE, Vectors.row(0, 0, 1), "shards", "2");
        long next = 1;
        for (int round = 0; round < 4; round++) {
            long reported = next - 1;
            try (Jvm churn = Jvm.start(TableProcess.class, folder.toString(), "churn", Long.toString(next))) {
                for (int i = 3 + random.nextInt(6); i > 0; i--) {
                    reported = Long.parseLong(churn.readLine());
                }
                // Somewhere in what comes after a report.
                long end = System.nanoTime() + random.nextLong(60_000_000);
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                churn.kill();
            }
            List<Long> ids = List.copyOf(index.rows().keySet());
            next = ids.get(ids.size() - 1) + 1;
            assertThat(next - 1).as("seed %d", seed).isGreaterThanOrEqualTo(reported);
            assertThat(ids)
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(LongStream.range(0, next).boxed().toList());
        }
        index.index().vacuum(VacuumOptions.DEFAULT.withRetention(Duration.ZERO).withGrace(Duration.ZERO));
        assertThat(index.rows()).hasSize((int) next);
        Snapshot latest = index.index().latestExisting();
        var listed = new TreeSet<String>();
        latest.segments().forEach(segment -> segment.files()
                .forEach(file -> listed.add(segment.directory() + "/" + file.name())));
        try (Stream<Path> files = Files.walk(index.path().resolve("data"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> index.path().relativize(file).toString()))
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(listed);
        }
    }
}
