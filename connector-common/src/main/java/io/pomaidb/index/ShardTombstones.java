package io.pomaidb.index;

import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.longlong.PeekableLongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Ids that are deleted, at the shard whose segment has to say so.
 *
 * @param shard the shard of the ids, or where any shard may have any id, one of them
 * @param ids not empty
 */
public record ShardTombstones(int shard, Roaring64Bitmap ids) {
    /** Deleted ids by shard. */
    public static List<ShardTombstones> split(Roaring64Bitmap ids, IndexParameters parameters) {
        if (ids.isEmpty()) {
            return List.of();
        }
        if (parameters.routing().isByCluster()) {
            // Tombstones work in every shard.
            return List.of(new ShardTombstones(0, ids));
        }
        var bitmaps = new Roaring64Bitmap[parameters.shards()];
        PeekableLongIterator each = ids.getLongIterator();
        while (each.hasNext()) {
            long id = each.next();
            int shard = Sharding.shardOf(id, parameters.shards());
            if (bitmaps[shard] == null) {
                bitmaps[shard] = new Roaring64Bitmap();
            }
            bitmaps[shard].addLong(id);
        }
        var split = new ArrayList<ShardTombstones>();
        for (int shard = 0; shard < bitmaps.length; shard++) {
            if (bitmaps[shard] != null) {
                split.add(new ShardTombstones(shard, bitmaps[shard]));
            }
        }
        return split;
    }
}
