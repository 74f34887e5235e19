package io.pomaidb.index;

import io.pomaidb.payload.PayloadFile;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * What one part of a commit did to a shard: rows in an immutable native database, ids that it deletes from older
 * segments, or both.
 *
 * @param shard the shard whose rows it holds
 * @param sequence version of the snapshot that added it, of a compacted segment the version that was compacted, or
 *     {@value #UNCOMMITTED} before the commit; the row of the highest sequence wins, and among segments of one sequence the
 *     one that the snapshot lists last
 * @param uuid names its directory and its entry in caches; begins with the id of its write
 * @param files everything in its directory that belongs to it; without rows there is no database
 * @param rows rows with distinct ids
 * @param engineVersion version string of the engine that wrote it
 * @param tombstones the ids that it deletes from the segments listed before it
 */
public record Segment(
        int shard,
        long sequence,
        UUID uuid,
        List<SegmentFile> files,
        long rows,
        String engineVersion,
        Tombstones tombstones)
        implements Serializable {
    /** Sequence of a segment that no snapshot lists yet. */
    public static final long UNCOMMITTED = 0;

    /** Folder of all segments, relative to the index. */
    static final String DATA = "data";

    public Segment {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(engineVersion, "engineVersion");
        Objects.requireNonNull(tombstones, "tombstones");
        files = List.copyOf(files);
    }

    /** A segment that deletes nothing. */
    public Segment(int shard, long sequence, UUID uuid, List<SegmentFile> files, long rows, String engineVersion) {
        this(shard, sequence, uuid, files, rows, engineVersion, Tombstones.NONE);
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

    /** The files that the engine opens; the others beside them are read where they lie. */
    public List<SegmentFile> engineFiles() {
        return files.stream()
                .filter(file ->
                        !file.name().equals(Tombstones.FILE) && !file.name().equals(PayloadFile.NAME))
                .toList();
    }

    /** The same segment where there is nothing older that it could delete. */
    public Segment withoutTombstones() {
        List<SegmentFile> left = files.stream()
                .filter(file -> !file.name().equals(Tombstones.FILE))
                .toList();
        return new Segment(shard, sequence, uuid, left, rows, engineVersion);
    }

    /** The same segment at another place in the order. */
    public Segment withSequence(long newSequence) {
        return new Segment(shard, newSequence, uuid, files, rows, engineVersion, tombstones);
    }
}
