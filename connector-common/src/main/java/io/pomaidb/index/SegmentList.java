package io.pomaidb.index;

import java.io.Serializable;
import java.util.Objects;

/**
 * A file in the snapshots' folder that lists segments, which many snapshots share: so a commit does not write again what
 * earlier ones listed.
 *
 * @param file its name, size and checksum
 * @param segments how many it lists
 * @param rows the sum of their rows
 */
public record SegmentList(SegmentFile file, int segments, long rows) implements Serializable {
    public SegmentList {
        Objects.requireNonNull(file, "file");
    }
}
