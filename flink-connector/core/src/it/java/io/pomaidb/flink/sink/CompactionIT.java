package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.index.IdType;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class CompactionIT {
    private static final CompactionPolicy POLICY = CompactionPolicy.DEFAULT.withLeastSegments(4);

    /** A day has 1,440 minutes; system property {@code pomai.compaction.commits} makes it a whole one. */
    private static final int COMMITS = Integer.getInteger("pomai.compaction.commits", 120);

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension(1, 4);

    @TempDir
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
                        .compaction(POLICY)
                        .build());
        environment.execute();

        Snapshot latest = index.index().latestExisting();
        assertThat(index.index().snapshots())
                .anyMatch(version -> version.operation().equals("compact"));
        assertThat(latest.segments()).hasSizeLessThan((int) latest.version() * 2);
        Accounts.everyIdOnce(index, 4_000);
    }

    @Test
    void aDayOfShortCheckpointsLeavesFewSegments() throws Exception {
        String path = index.path().toUri().toString();
        PomaiSink<TestRow> sink = TestRow.sink(path, 2)
                .option("cache_dir", index.cache().toString())
                .compaction(POLICY)
                .build();
        SinkSettings settings = sink.settings();
        var compaction = new BackgroundCompaction(settings);
        long most = 0;
        try {
            for (int commit = 0; commit < COMMITS; commit++) {
                IndexWrite write = IndexWrite.plan(settings.index(), settings.options(), WriteMode.APPEND, IdType.LONG);
                try (ShardWriter writer = write.newWriter(index.configuration(), index.scratch(), 1)) {
                    for (long id = commit * 10L; id < commit * 10L + 10; id++) {
                        writer.write(id, VectorSource.of(TestRow.vector(id)));
                    }
                    write.commit(index.configuration(), writer.finish(), Optional.empty());
                }
                compaction.look();
                compaction.finish();
                most = Math.max(
                        most,
                        segmentsOfShards(index.index().latestExisting()).values().stream()
                                .mapToLong(count -> count)
                                .max()
                                .orElse(0));
            }
        } finally {
            compaction.close();
        }

        assertThat(most).as("segments that a shard ever had").isLessThan(POLICY.leastSegments());
        assertThat(compaction.completed()).isGreaterThan(COMMITS / POLICY.leastSegments());
        Accounts.everyId(index, COMMITS * 10L);
    }
}
