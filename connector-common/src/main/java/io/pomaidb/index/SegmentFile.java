package io.pomaidb.index;

import java.io.Serializable;
import java.util.Objects;

/**
 * One file of a segment.
 *
 * @param name path inside the segment's directory, with {@code /} between folders
 * @param size in bytes
 * @param crc32c checksum of the whole content
 */
public record SegmentFile(String name, long size, int crc32c) implements Serializable {
    public SegmentFile {
        Objects.requireNonNull(name, "name");
    }
}
