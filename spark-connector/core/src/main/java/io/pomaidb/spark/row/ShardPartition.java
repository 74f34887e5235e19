package io.pomaidb.spark.row;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.read.HasPartitionKey;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * The part of a scan that one shard answers.
 *
 * @param shard the shard
 */
public record ShardPartition(int shard) implements HasPartitionKey {
    /** One partition a shard. */
    public static InputPartition[] of(List<Integer> shards) {
        return shards.stream().map(ShardPartition::new).toArray(InputPartition[]::new);
    }

    /** The bucket of the ids that it has, where the id tells the shard. */
    @Override
    public InternalRow partitionKey() {
        return new GenericInternalRow(new Object[] {shard});
    }
}
