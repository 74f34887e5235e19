package io.pomaidb.index;

/**
 * What was asked of a segment cache. An entry is a segment, or some that were merged.
 *
 * @param hits entries that were there
 * @param misses entries that had to be fetched, linked or merged first
 * @param bytesFetched bytes copied from the index for that; none where its files lie on this machine and are linked
 */
public record CacheUse(long hits, long misses, long bytesFetched) {
    /** Nothing was asked. */
    public static final CacheUse NONE = new CacheUse(0, 0, 0);

    static final CacheUse HIT = new CacheUse(1, 0, 0);

    static CacheUse miss(long bytesFetched) {
        return new CacheUse(0, 1, bytesFetched);
    }

    /** Both together. */
    public CacheUse plus(CacheUse other) {
        return new CacheUse(hits + other.hits, misses + other.misses, bytesFetched + other.bytesFetched);
    }
}
