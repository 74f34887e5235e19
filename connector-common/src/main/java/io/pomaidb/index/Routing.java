package io.pomaidb.index;

import java.io.Serializable;

/**
 * How rows find their shard: by the hash of the id, or by the centroid nearest to the vector.
 *
 * @param centroids the file of the centroids in the snapshots' folder; null where the id's hash tells the shard
 */
public record Routing(SegmentFile centroids) implements Serializable {
    /** By the hash of the id. */
    public static final Routing HASH = new Routing(null);

    /** The function's name in a snapshot that routes by centroids. */
    static final String NEAREST = "nearest centroid";

    /** Whether rows go to the shard of the nearest centroid. */
    public boolean isByCluster() {
        return centroids != null;
    }

    String functionName() {
        return isByCluster() ? NEAREST : Sharding.FUNCTION;
    }
}
