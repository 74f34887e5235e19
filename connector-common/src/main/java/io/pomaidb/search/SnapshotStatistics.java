package io.pomaidb.search;

import io.pomaidb.index.ParallelReads;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.ShardSegment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.ColumnRange;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadFile;
import io.pomaidb.payload.PayloadSchema;
import io.pomaidb.payload.PayloadStatistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a snapshot and the footers of its payload files tell of its rows, exactly, without a row being read: how many there
 * are, and between which values ids and columns lie. Immutable.
 */
public final class SnapshotStatistics {
    /** With more segments than this, so many footers are no shortcut. */
    private static final int MOST_SEGMENTS = 10_000;

    private final boolean deletes;
    private final boolean replaces;
    private final long rows;
    private final Map<String, ColumnRange> ranges;

    private SnapshotStatistics(boolean deletes, boolean replaces, long rows, Map<String, ColumnRange> ranges) {
        this.deletes = deletes;
        this.replaces = replaces;
        this.rows = rows;
        this.ranges = ranges;
    }

    /**
     * Reads them.
     *
     * @param ids whether the range of the ids is wanted
     * @param columns payload columns whose range is wanted
     * @throws io.pomaidb.error.DataException if a file is missing or damaged; it names the file
     */
    public static SnapshotStatistics of(PomaiIndex index, Snapshot snapshot, boolean ids, List<PayloadColumn> columns)
            throws IOException {
        List<Segment> segments = snapshot.segments().stream()
                .filter(segment -> segment.rows() > 0)
                .toList();
        boolean deletes = deletes(index, snapshot, segments);
        long shards = segments.stream().map(Segment::shard).distinct().count();
        boolean mayReplace = shards < segments.size();
        boolean needsFooters = !deletes && (ids || mayReplace || !columns.isEmpty());
        if (!needsFooters || segments.size() > MOST_SEGMENTS) {
            return new SnapshotStatistics(deletes, mayReplace, snapshot.rows(), Map.of());
        }
        List<PayloadColumn> told = columns.stream()
                .filter(column -> PayloadStatistics.has(column.type()))
                .toList();
        List<Map<String, ColumnRange>> perSegment = ParallelReads.map(
                segments, ParallelReads.threads(index, 0), segment -> ranges(index, segment, told), undone -> {});
        return new SnapshotStatistics(
                false, mayReplace && mayShareIds(segments, perSegment), snapshot.rows(), together(perSegment));
    }

    /** Whether a row may be gone that a segment still has, other than for a newer one of its id. */
    private static boolean deletes(PomaiIndex index, Snapshot snapshot, List<Segment> segments) throws IOException {
        if (snapshot.segments().stream()
                .allMatch(segment -> segment.tombstones().isEmpty())) {
            return false;
        }
        Set<Integer> shards = segments.stream().map(Segment::shard).collect(Collectors.toSet());
        for (int shard : shards) {
            for (ShardSegment segment : index.segmentsOf(snapshot, shard)) {
                if (!segment.deleted().isEmpty()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Map<String, ColumnRange> ranges(PomaiIndex index, Segment segment, List<PayloadColumn> columns)
            throws IOException {
        Optional<PayloadFile> file = index.payload(segment);
        if (file.isPresent()) {
            return PayloadStatistics.of(file.get(), columns);
        }
        Map<String, ColumnRange> ranges = new HashMap<>();
        columns.forEach(column -> ranges.put(column.name(), ColumnRange.NONE));
        return ranges;
    }

    /** Whether an id may be in two segments of a shard. */
    private static boolean mayShareIds(List<Segment> segments, List<Map<String, ColumnRange>> ranges) {
        Map<Integer, List<ColumnRange>> byShard = new HashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            ColumnRange ids = ranges.get(i).get(PayloadSchema.ID);
            if (ids == null) {
                return true;
            }
            byShard.computeIfAbsent(segments.get(i).shard(), shard -> new ArrayList<>())
                    .add(ids);
        }
        for (List<ColumnRange> shard : byShard.values()) {
            shard.sort(Comparator.comparingLong(ColumnRange::min));
            for (int i = 1; i < shard.size(); i++) {
                if (shard.get(i).min() <= shard.get(i - 1).max()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The ranges that every segment tells. */
    private static Map<String, ColumnRange> together(List<Map<String, ColumnRange>> ranges) {
        Map<String, ColumnRange> together = new HashMap<>();
        Set<String> names = new HashSet<>();
        ranges.forEach(segment -> names.addAll(segment.keySet()));
        for (String name : names) {
            if (ranges.stream().allMatch(segment -> segment.containsKey(name))) {
                together.put(
                        name,
                        ranges.stream().map(segment -> segment.get(name)).reduce(ColumnRange.NONE, ColumnRange::plus));
            }
        }
        return together;
    }

    /** The number of rows; empty where it takes reading them. */
    public OptionalLong rows() {
        return deletes || replaces ? OptionalLong.empty() : OptionalLong.of(rows);
    }

    /**
     * The range of the ids, if they are numbers; empty where it takes reading them. The number of values may count an id
     * more than once.
     */
    public Optional<ColumnRange> ids() {
        // A newer row of an id has that id.
        return deletes ? Optional.empty() : Optional.ofNullable(ranges.get(PayloadSchema.ID));
    }

    /** The range of a column that was asked for; empty where it takes reading the rows. */
    public Optional<ColumnRange> column(String name) {
        return deletes || replaces ? Optional.empty() : Optional.ofNullable(ranges.get(name));
    }
}
