package io.pomaidb.spark.row;

import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * The part of a scan that one shard answers.
 *
 * @param shard the shard
 */
public record ShardPartition(int shard) implements InputPartition {
    /** One partition a shard. */
    public static InputPartition[] of(List<Integer> shards) {
        return shards.stream().map(ShardPartition::new).toArray(InputPartition[]::new);
    }
}
