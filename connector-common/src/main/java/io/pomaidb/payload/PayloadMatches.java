package io.pomaidb.payload;

import java.util.Objects;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The rows of one segment that satisfy a predicate.
 *
 * @param all whether these are all rows of the segment, which may then have no payload file to tell the ids
 * @param ids the ids where they are not all; else empty. Not to be changed.
 */
public record PayloadMatches(boolean all, Roaring64Bitmap ids) {
    public PayloadMatches {
        Objects.requireNonNull(ids, "ids");
    }

    static PayloadMatches everything() {
        return new PayloadMatches(true, new Roaring64Bitmap());
    }

    static PayloadMatches of(Roaring64Bitmap ids) {
        return new PayloadMatches(false, ids);
    }

    /** Whether no row satisfies the predicate. */
    public boolean none() {
        return !all && ids.isEmpty();
    }
}
