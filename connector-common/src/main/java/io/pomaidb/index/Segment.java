package io.pomaidb.index;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * One immutable native database of a shard.
 *
 * @param shard the shard whose rows it holds
 * @param sequence version of the snapshot that added it, or {@value #UNCOMMITTED} before that; within a shard the row
 *     of the highest sequence wins, and among segments of one commit the one that the snapshot lists last
 * @param uuid names its directory and its entry in caches; begins with the id of its write
 * @param files everything in its directory that belongs to it
 * @param rows rows with distinct ids
 * @param engineVersion version string of the engine that wrote it
 */
public record Segment(int shard, long sequence, UUID uuid, List<SegmentFile> files, long rows, String engineVersion)
        implements Serializable {
    /** Sequence of a segment that no snapshot lists yet. */
    public static final long UNCOMMITTED = 0;

    /** Folder of all segments, relative to the index. */
    static final String DATA = "data";

    public Segment {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(engineVersion, "engineVersion");
        files = List.copyOf(files);
    }

    /** Directory of the files, relative to the index. */
    public String directory() {
        return directory(shard, uuid);
    }

    static String directory(int shard, UUID uuid) {
        return String.format(Locale.ROOT, DATA + "/shard=%05d/%s", shard, uuid);
    }

    /** Bytes of all files. */
    public long bytes() {
        return files.stream().mapToLong(SegmentFile::size).sum();
    }

    Segment withSequence(long newSequence) {
        return new Segment(shard, newSequence, uuid, files, rows, engineVersion);
    }
}
