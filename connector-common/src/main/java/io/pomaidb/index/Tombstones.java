package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.io.Serializable;
import java.util.Base64;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The ids that a segment deletes from all segments which the snapshot lists before it: those of its own shard, and in an
 * index whose rows go to the nearest centroid, those of every shard. Immutable.
 *
 * @param count number of ids; 0 for {@link #NONE}
 * @param inline the ids as {@code RoaringFormat} in base 64; null if they are in the segment's file {@value #FILE}
 */
public record Tombstones(long count, String inline) implements Serializable {
    /** Deletes nothing. */
    public static final Tombstones NONE = new Tombstones(0, null);

    /** File of a segment that holds its deleted ids. */
    public static final String FILE = "tombstones.roaring";

    /** Bytes up to which ids stand in the snapshot itself: a file of its own costs a request for each reader. */
    static final int MAX_INLINE_BYTES = 512;

    static final int MAX_INLINE_CHARS = (MAX_INLINE_BYTES + 2) / 3 * 4;

    static Tombstones inline(long count, byte[] ids) {
        return new Tombstones(count, Base64.getEncoder().encodeToString(ids));
    }

    static Tombstones inFile(long count) {
        return new Tombstones(count, null);
    }

    /** Whether nothing is deleted. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** Whether the ids are in a file of the segment. */
    public boolean isInFile() {
        return count > 0 && inline == null;
    }

    /** The ids that stand here. */
    Roaring64Bitmap inlineIds(String source) {
        try {
            return RoaringFormat.decode(source, Base64.getDecoder().decode(inline), count);
        } catch (IllegalArgumentException e) {
            throw new DataException(
                    "Cannot read the deleted ids in " + source + ": they are no base 64: " + e.getMessage()
                            + " (restore the snapshot)",
                    e);
        }
    }
}
