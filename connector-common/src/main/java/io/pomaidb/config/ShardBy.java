package io.pomaidb.config;

import java.util.Locale;

/** How rows find their shard. */
public enum ShardBy {
    /** By the hash of the id. */
    HASH,
    /** By the nearest of as many centroids as there are shards, so that a search need not visit all of them. */
    CLUSTER;

    /** The name in options. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
