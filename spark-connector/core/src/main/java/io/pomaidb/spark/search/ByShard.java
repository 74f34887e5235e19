package io.pomaidb.spark.search;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.Partitioner;

/** A partition for each of some shards, in their order, so that no task has hits of two. Immutable. */
final class ByShard extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int[] shards;

    /** Partitions of these shards, ascending. */
    ByShard(List<Integer> shards) {
        this.shards = shards.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public int numPartitions() {
        return shards.length;
    }

    @Override
    public int getPartition(Object shard) {
        return Arrays.binarySearch(shards, (Integer) shard);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByShard that && Arrays.equals(shards, that.shards);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(shards);
    }
}
