package io.pomaidb.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentFile;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizeTiersTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path folder;

    private static Segment segment(long bytes) {
        return new Segment(0, 1, UUID.randomUUID(), List.of(new SegmentFile("segment", bytes, 0)), 1, "none");
    }

    private static List<Segment> segments(long... mebibytes) {
        var segments = new ArrayList<Segment>();
        for (long size : mebibytes) {
            segments.add(segment(size * MIB));
        }
        return segments;
    }

    private static List<Long> due(CompactionPolicy policy, List<Segment> segments) {
        var tiers = new SizeTiers(policy, segments);
        List<Long> due = segments.stream()
                .filter(tiers::isDue)
                .map(segment -> segment.bytes() / MIB)
                .toList();
        assertThat(tiers.isDue()).isEqualTo(!due.isEmpty());
        return due;
    }

    @Test
    void segmentsOfOneSizeAreMergedWhereThereAreEnough() {
        CompactionPolicy policy = CompactionPolicy.DEFAULT;
        assertThat(due(policy, segments(1, 5, 63))).isEmpty();
        assertThat(due(policy, segments(1, 5, 63, 64, 0))).containsExactly(1L, 5L, 63L, 0L);
        assertThat(due(policy, segments(64, 100, 255, 256, 10))).isEmpty();
        assertThat(due(policy, segments(64, 100, 300, 255, 65, 10))).containsExactly(64L, 100L, 255L, 65L);
        assertThat(due(policy, segments(256, 1023, 500, 700))).containsExactly(256L, 1023L, 500L, 700L);
        assertThat(due(policy, segments(1024, 1025, 4000, 5000, 9000))).isEmpty();
        assertThat(due(CompactionPolicy.FULL, segments(3, 100_000))).containsExactly(3L, 100_000L);
    }

    /** 25 to 50 MB in one shard each minute: sizes alone, as if every merge wrote what it read. */
    @Test
    void aDayOfMinutesLeavesFewSegmentsAndRewritesEachRowAFewTimes() {
        var random = new Random(7);
        var segments = new ArrayList<Segment>();
        long came = 0;
        long rewritten = 0;
        long mostBelow = 0;
        for (int minute = 0; minute < 1440; minute++) {
            long bytes = (25 + random.nextInt(26)) * 1_000_000L;
            came += bytes;
            segments.add(segment(bytes));
            var tiers = new SizeTiers(CompactionPolicy.DEFAULT, segments);
            List<Segment> chosen = segments.stream().filter(tiers::isDue).toList();
            if (!chosen.isEmpty()) {
                segments.removeAll(chosen);
                long merged = chosen.stream().mapToLong(Segment::bytes).sum();
                rewritten += merged;
                segments.add(segment(merged));
            }
            mostBelow = Math.max(
                    mostBelow,
                    segments.stream()
                            .filter(segment -> segment.bytes() < 1024 * MIB)
                            .count());
        }
        assertThat(mostBelow).isLessThanOrEqualTo(9);
        assertThat(segments).hasSizeLessThan(60);
        assertThat((double) rewritten / came).isBetween(1.0, 3.0);
    }

    @Test
    void commitsAboveTheSmallestSizeAreCompactedToo() throws Exception {
        var index = new TestIndex(folder);
        CompactionPolicy policy =
                CompactionPolicy.DEFAULT.withSmallBytes(16 << 10).withLargestBytes(256 << 10);
        SortedMap<Long, float[]> expected = new TreeMap<>();
        Set<UUID> seen = new HashSet<>();
        long appended = 0;
        long rewritten = 0;
        for (int commit = 0; commit < 40; commit++) {
            // Of about 27 KB.
            Map<Long, float[]> rows = Vectors.rows(new Random(commit), commit * 100L, commit * 100L + 100, 64);
            expected.putAll(rows);
            appended += bytesOfNew(
                    index.write(WriteMode.APPEND, rows, "shards", "1").segments(), seen);
            rewritten += bytesOfNew(index.compact(policy).segments(), seen);
            Map<Boolean, Long> sizes = index.index().latestExisting().segments().stream()
                    .collect(Collectors.partitioningBy(
                            segment -> segment.bytes() < policy.largestBytes(), Collectors.counting()));
            assertThat(sizes.get(true)).as("commit %d", commit).isLessThanOrEqualTo(6);
        }
        assertThat(index.index().latestExisting().segments()).hasSizeLessThanOrEqualTo(9);
        assertThat((double) rewritten / appended).isBetween(1.0, 2.5);
        SortedMap<Long, float[]> rows = index.rows();
        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        rows.forEach((id, vector) -> assertThat(vector).isEqualTo(expected.get(id)));
    }

    private static long bytesOfNew(List<Segment> segments, Set<UUID> seen) {
        return segments.stream()
                .filter(segment -> seen.add(segment.uuid()))
                .mapToLong(Segment::bytes)
                .sum();
    }

    @Test
    void aPolicyWithoutSizesIsRefused() {
        assertThatThrownBy(() -> CompactionPolicy.DEFAULT.withSmallBytes(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("0 bytes (accepted: 1 or more)");
    }
}
