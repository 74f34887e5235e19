package io.pomaidb.index;

import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * A segment with rows as a reader of its shard sees it.
 *
 * @param segment the segment
 * @param deleted ids that newer tombstones delete from it, whether it has them or not; shared, not to be changed
 */
public record ShardSegment(Segment segment, Roaring64Bitmap deleted) {}
