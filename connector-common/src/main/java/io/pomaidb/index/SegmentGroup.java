package io.pomaidb.index;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/**
 * Segments that follow each other in the order of a shard, to be searched as one database. A group of several consists of
 * an older and a newer one, each of which may have been merged for an earlier snapshot.
 */
final class SegmentGroup {
    /** What a merged database takes at most: it is built in memory. */
    static final long MAX_BYTES = 64L << 20;

    /** An older group has more than so many times the rows of the newer one beside it, unless both are small. */
    private static final int SPREAD = 8;

    /** Rows that take next to nothing to copy. */
    private static final long SMALL = 8_192;

    private final List<Segment> segments;
    private final SegmentGroup newer;
    private final SegmentGroup older;
    private final long rows;
    private final long bytes;

    private SegmentGroup(Segment segment) {
        segments = List.of(segment);
        newer = null;
        older = null;
        rows = segment.rows();
        bytes = segment.engineFiles().stream().mapToLong(SegmentFile::size).sum();
    }

    private SegmentGroup(SegmentGroup newer, SegmentGroup older) {
        var all = new ArrayList<>(newer.segments);
        all.addAll(older.segments);
        this.segments = List.copyOf(all);
        this.newer = newer;
        this.older = older;
        this.rows = newer.rows + older.rows;
        this.bytes = newer.bytes + older.bytes;
    }

    /**
     * Groups the segments of a shard, newest first, as if each had been merged when it came: a group takes in the one
     * before it as long as that has not many times its rows, or both are small. So a shard has few groups, a row is merged
     * few times over, and a further segment leaves the larger groups as they were.
     */
    static List<SegmentGroup> plan(List<Segment> newestFirst) {
        Deque<SegmentGroup> groups = new ArrayDeque<>();
        for (int i = newestFirst.size() - 1; i >= 0; i--) {
            var group = new SegmentGroup(newestFirst.get(i));
            while (!groups.isEmpty() && group.takesIn(groups.peek())) {
                group = new SegmentGroup(group, groups.pop());
            }
            groups.push(group);
        }
        return List.copyOf(groups);
    }

    private boolean takesIn(SegmentGroup before) {
        return (before.rows / SPREAD <= rows || before.rows + rows <= SMALL) && before.bytes + bytes <= MAX_BYTES;
    }

    /** Newest first. */
    List<Segment> segments() {
        return segments;
    }

    /** The newer part; null of a single segment. */
    SegmentGroup newer() {
        return newer;
    }

    /** The older part; null of a single segment. */
    SegmentGroup older() {
        return older;
    }

    boolean isSingle() {
        return newer == null;
    }

    /** Rows of the segments, those included that newer ones of the group replace. */
    long rows() {
        return rows;
    }

    /** Bytes of the segments' databases. */
    long bytes() {
        return bytes;
    }

    /** A name for the database that the segments are merged into in a certain way: the same way, the same name. */
    UUID mergedAs(String way) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(way.getBytes(StandardCharsets.UTF_8));
            for (Segment segment : segments) {
                UUID uuid = segment.uuid();
                digest.update(ByteBuffer.allocate(16)
                        .putLong(uuid.getMostSignificantBits())
                        .putLong(uuid.getLeastSignificantBits())
                        .array());
            }
            var name = ByteBuffer.wrap(digest.digest());
            return new UUID(name.getLong(), name.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot name merged segments: every Java has SHA-256", e);
        }
    }
}
