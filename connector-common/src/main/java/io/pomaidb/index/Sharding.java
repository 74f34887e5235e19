package io.pomaidb.index;

/**
 * Which shard a row belongs to: murmur3 x86 32 over the id's eight little-endian bytes with seed 42, as a signed int,
 * floor-modulo the shard count. Spark partitions a long column by the same function, so a plain clustering on the id
 * column puts one shard into one partition.
 */
public final class Sharding {
    /** The function's name in a snapshot. */
    static final String FUNCTION = "murmur3_x86_32(le64, seed 42) mod";

    private static final int SEED = 42;
    private static final int BYTES = 8;

    private Sharding() {}

    /** Shard of {@code id}, from 0 to {@code shards - 1}; {@code shards} is positive. */
    public static int shardOf(long id, int shards) {
        return Math.floorMod(hash(id), shards);
    }

    static int hash(long id) {
        int h = mixHash(SEED, mixBlock((int) id));
        h = mixHash(h, mixBlock((int) (id >>> 32)));
        h ^= BYTES;
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }

    private static int mixBlock(int block) {
        return Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
    }

    private static int mixHash(int h, int block) {
        return Integer.rotateLeft(h ^ block, 13) * 5 + 0xe6546b64;
    }
}
