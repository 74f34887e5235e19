package io.pomaidb.index;

import java.time.Instant;
import java.util.List;

/**
 * One version of an index in a listing.
 *
 * @param version its number
 * @param timestamp when it was committed, by the writer's clock
 * @param operation what made it, in one word
 * @param segments number of segments
 * @param rows rows of all segments, those that newer ones replace or delete included
 * @param bytes of all segments' files
 * @param tags its names, in alphabetical order
 */
public record SnapshotInfo(
        long version, Instant timestamp, String operation, int segments, long rows, long bytes, List<String> tags) {
    public SnapshotInfo {
        tags = List.copyOf(tags);
    }

    static SnapshotInfo of(Snapshot snapshot, Snapshot latest) {
        List<String> tags = latest.tags().entrySet().stream()
                .filter(tag -> tag.getValue() == snapshot.version())
                .map(java.util.Map.Entry::getKey)
                .sorted()
                .toList();
        return new SnapshotInfo(
                snapshot.version(),
                Instant.ofEpochMilli(snapshot.timestampMillis()),
                snapshot.operation(),
                snapshot.segments().size(),
                snapshot.rows(),
                snapshot.segments().stream().mapToLong(Segment::bytes).sum(),
                tags);
    }
}
