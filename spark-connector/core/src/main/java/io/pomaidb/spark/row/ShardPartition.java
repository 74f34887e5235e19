package io.pomaidb.spark.row;

import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.read.HasPartitionKey;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * The part of a scan that one shard answers.
 *
 * @param shard the shard
 * @param host where its segments are cached most likely; null where any host will do
 */
public record ShardPartition(int shard, String host) implements HasPartitionKey {
    /** One partition a shard of an index. */
    public static InputPartition[] of(UUID indexId, List<Integer> shards) {
        ShardHosts hosts = ShardHosts.known(SparkSession.active().sparkContext());
        return shards.stream()
                .map(shard -> new ShardPartition(shard, hosts.of(indexId, shard).orElse(null)))
                .toArray(InputPartition[]::new);
    }

    @Override
    public String[] preferredLocations() {
        return host == null ? new String[0] : new String[] {host};
    }

    /** The bucket of the ids that it has, where the id tells the shard. */
    @Override
    public InternalRow partitionKey() {
        return new GenericInternalRow(new Object[] {shard});
    }
}
