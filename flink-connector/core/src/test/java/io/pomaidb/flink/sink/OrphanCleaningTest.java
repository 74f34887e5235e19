package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.fixture.OldFiles;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SnapshotInfo;
import io.pomaidb.write.WriteMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanCleaningTest {
    @TempDir
    private Path folder;

    private TestIndex index;
    private Segment first;
    private Segment second;

    @BeforeEach
    void write() throws Exception {
        index = new TestIndex(folder);
        first = index.write(WriteMode.CREATE, Map.of(1L, new float[] {1, 2}), "shards", "1")
                .segments()
                .get(0);
        second = index.write(WriteMode.APPEND, Map.of(2L, new float[] {3, 4})).segments().stream()
                .filter(segment -> segment.sequence() == 2)
                .findFirst()
                .orElseThrow();
        index.index().tag("kept", 1);
        index.compact(CompactionPolicy.FULL);
    }

    private List<Long> versions() throws Exception {
        return index.index().snapshots().stream().map(SnapshotInfo::version).toList();
    }

    private boolean isThere(Segment segment) {
        return Files.exists(index.path().resolve(segment.directory()));
    }

    private void awaitGone(Segment segment) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (isThere(segment)) {
            assertThat(System.nanoTime()).as("the end of the time to wait").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @Test
    void versionsOlderThanTheRetentionGoWithWhatTheyAloneList() throws Exception {
        PomaiIndex cleaned = index.index();
        var cleaning = new OrphanCleaning(Duration.ofDays(3), Duration.ZERO);
        try {
            cleaning.cleanNowAndThen(cleaned);
            awaitGone(second);
        } finally {
            cleaning.close();
        }
        // The first has a tag.
        assertThat(versions()).contains(1L).doesNotContain(2L, 3L);
        assertThat(isThere(first)).isTrue();
        assertThat(index.rows()).containsOnlyKeys(1L, 2L);
    }

    @Test
    void withoutARetentionEveryVersionStays() throws Exception {
        List<Long> before = versions();
        Segment lost = index.writeTask(index.plan(WriteMode.APPEND), Map.of(3L, new float[] {5, 6}))
                .get(0)
                .segment();
        OldFiles.age(index.path(), Duration.ofDays(4));
        var cleaning = new OrphanCleaning(Duration.ofDays(3), null);
        try {
            cleaning.cleanNowAndThen(index.index());
            awaitGone(lost);
        } finally {
            cleaning.close();
        }
        assertThat(versions()).isEqualTo(before);
        assertThat(isThere(first)).isTrue();
        assertThat(isThere(second)).isTrue();
    }
}
