package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class CompactionIT {
    private static final CompactionPolicy POLICY = CompactionPolicy.DEFAULT.withLeastSegments(8);

    /** A day has 1,440 minutes; system property {@code pomai.compaction.commits} makes it a whole one. */
    private static final int COMMITS = Integer.getInteger("pomai.compaction.commits", 360);

    private static final int ROWS_OF_COMMIT = 1;

    private static final VacuumOptions VACUUM = VacuumOptions.DEFAULT
            .withRetention(Duration.ZERO)
            .withKeepVersions(5)
            .withGrace(Duration.ZERO);

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension(1, 4);

    /** In memory where that can be: a commit waits for the disk some times, and a day has many. */
    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private TestIndex index;

    @BeforeEach
    void nameIndex() {
        index = new TestIndex(folder);
    }

    private Map<Integer, Long> segmentsOfShards(Snapshot snapshot) {
        return snapshot.segments().stream().collect(Collectors.groupingBy(Segment::shard, Collectors.counting()));
    }

    @Test
    @Tag("every-version")
    void aStreamCompactsWhatItCommits() throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        environment.enableCheckpointing(100);
        TestRow.stream(environment, 4_000, 1_500)
                .sinkTo(TestRow.sink(index.path().toUri().toString(), 2)
                        .option("cache_dir", index.cache().toString())
                        .compaction(POLICY.withLeastSegments(2))
                        .build());
        environment.execute();

        Snapshot latest = index.index().latestExisting();
        assertThat(index.index().snapshots())
                .anyMatch(version -> version.operation().equals("compact"));
        assertThat(latest.segments()).hasSizeLessThan((int) latest.version() * 2);
        Accounts.everyIdOnce(index, 4_000);
    }

    /** Bytes of the largest file that says what a version consists of. */
    private long largestSnapshot() throws IOException {
        try (Stream<Path> files = Files.list(index.path().resolve("_pomai"))) {
            return files.mapToLong(file -> file.toFile().length()).max().orElseThrow();
        }
    }

    @Test
    void hoursOfShortCheckpointsLeaveFewSegmentsAndShortSnapshots() throws Exception {
        String path = index.path().toUri().toString();
        PomaiSink<TestRow> sink = TestRow.sink(path, 2)
                .option("cache_dir", index.cache().toString())
                .compaction(POLICY)
                .build();
        SinkSettings settings = sink.settings();
        SinkRun run = SinkRun.of(settings, new JobID());
        PomaiIndex at = index.index();
        var compaction = new BackgroundCompaction(settings);
        long most = 0;
        long largestOfFirstHour = 0;
        try {
            for (int commit = 0; commit < COMMITS; commit++) {
                IndexWrite write = IndexWrite.plan(at, settings.options(), WriteMode.APPEND, IdType.LONG);
                long first = (long) commit * ROWS_OF_COMMIT;
                try (ShardWriter writer = write.newWriter(index.configuration(), index.scratch(), 1)) {
                    for (long id = first; id < first + ROWS_OF_COMMIT; id++) {
                        writer.write(id, VectorSource.of(TestRow.vector(id)));
                    }
                    write.commit(index.configuration(), writer.finish(), Optional.of(run.transaction(commit + 1)));
                }
                compaction.look();
                compaction.finish();
                most = Math.max(
                        most,
                        segmentsOfShards(at.latestExisting()).values().stream()
                                .mapToLong(count -> count)
                                .max()
                                .orElse(0));
                if (commit % 60 == 59) {
                    largestOfFirstHour = commit < 60 ? largestSnapshot() : largestOfFirstHour;
                    at.vacuum(VACUUM);
                }
            }
        } finally {
            compaction.close();
        }

        assertThat(most).as("segments that a shard ever had").isLessThan(POLICY.leastSegments());
        assertThat(compaction.completed()).isGreaterThan(COMMITS / POLICY.leastSegments() / 2);
        assertThat(largestSnapshot())
                .as("bytes of the largest snapshot, which was %s in the first hour", largestOfFirstHour)
                .isLessThan(largestOfFirstHour + 256);
        assertThat(index.index().latestExisting().includes(run.transaction(COMMITS)))
                .isTrue();
        Accounts.everyIdOnce(index, (long) COMMITS * ROWS_OF_COMMIT);

        try (Stream<Path> files = Files.walk(index.path())) {
            assertThat(files.filter(Files::isRegularFile))
                    .as("files of the last versions")
                    .hasSizeLessThan(60);
        }
        Accounts.everyIdOnce(index, (long) COMMITS * ROWS_OF_COMMIT);
    }
}
