package io.pomaidb.search;

import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Which ids of a segment count: all, only some, or all but some. Ids are 64 bits in unsigned order, as Roaring has them.
 *
 * <p>Immutable as long as nobody changes the bitmaps it was made from, which it keeps and does not copy; then any number
 * of threads may use it.
 */
public final class IdFilter implements Serializable {
    /** Every id. */
    public static final IdFilter ALL = new IdFilter(null, null);

    private static final long serialVersionUID = 1L;

    /** At most one of the two is set. */
    private final Roaring64Bitmap allowed;

    private final Roaring64Bitmap denied;

    private IdFilter(Roaring64Bitmap allowed, Roaring64Bitmap denied) {
        this.allowed = allowed;
        this.denied = denied;
    }

    /** Only these ids; none where the bitmap is empty. */
    public static IdFilter allow(Roaring64Bitmap ids) {
        return new IdFilter(Objects.requireNonNull(ids, "ids"), null);
    }

    /** Only these ids, in any order. */
    public static IdFilter allow(long... ids) {
        return allow(Roaring64Bitmap.bitmapOf(ids));
    }

    /** All but these ids. */
    public static IdFilter deny(Roaring64Bitmap ids) {
        return ids.isEmpty() ? ALL : new IdFilter(null, ids);
    }

    /** All but these ids, in any order. */
    public static IdFilter deny(long... ids) {
        return deny(Roaring64Bitmap.bitmapOf(ids));
    }

    /** The ids that both filters let through. */
    public IdFilter and(IdFilter other) {
        if (isAll()) {
            return other;
        }
        if (other.isAll()) {
            return this;
        }
        if (allowed == null && other.allowed == null) {
            Roaring64Bitmap both = denied.clone();
            both.or(other.denied);
            return new IdFilter(null, both);
        }
        if (allowed == null) {
            return other.and(this);
        }
        Roaring64Bitmap rest = allowed.clone();
        if (other.allowed != null) {
            rest.and(other.allowed);
        } else {
            rest.andNot(other.denied);
        }
        return new IdFilter(rest, null);
    }

    /** Whether a row of this id counts. */
    public boolean test(long id) {
        if (allowed != null) {
            return allowed.contains(id);
        }
        return denied == null || !denied.contains(id);
    }

    /** Whether every id counts. */
    public boolean isAll() {
        return allowed == null && denied == null;
    }

    /** Whether no id counts. */
    public boolean isNone() {
        return allowed != null && allowed.isEmpty();
    }

    /** The only ids that count; empty where the filter does not name them. Not to be changed. */
    public Optional<Roaring64Bitmap> allowed() {
        return Optional.ofNullable(allowed);
    }

    /** The ids that do not count, where the filter names them. Not to be changed. */
    public Optional<Roaring64Bitmap> denied() {
        return Optional.ofNullable(denied);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IdFilter that
                && Objects.equals(allowed, that.allowed)
                && Objects.equals(denied, that.denied);
    }

    @Override
    public int hashCode() {
        return Objects.hash(allowed, denied);
    }

    @Override
    public String toString() {
        if (allowed != null) {
            return "only " + allowed.getLongCardinality() + " ids";
        }
        return denied == null ? "all ids" : "all but " + denied.getLongCardinality() + " ids";
    }
}
