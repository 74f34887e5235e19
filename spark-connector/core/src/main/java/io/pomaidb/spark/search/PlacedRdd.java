package io.pomaidb.spark.search;

import io.pomaidb.spark.row.ShardHosts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;

/**
 * An RDD as it is, but for the hosts on which its tasks rather run: where the segments of their shards are cached. Its
 * signatures are those of both Scala versions, as {@link HitsOf} has it.
 */
final class PlacedRdd<T> extends RDD<T> {
    private static final long serialVersionUID = 1L;

    /** Of each partition; only the driver asks. */
    private final transient String[] hosts;

    private PlacedRdd(RDD<T> rdd, String[] hosts) {
        super(rdd, rdd.elementClassTag());
        this.hosts = hosts;
    }

    /**
     * An RDD whose tasks run where reads of their shards do. Of several tasks for one shard each further one prefers a further
     * host, as one host may not have the cores for all.
     *
     * @param shards the shard of each partition
     * @return the RDD itself where there is no choice of hosts
     */
    static <T> JavaRDD<T> of(RDD<T> rdd, List<Integer> shards, UUID indexId) {
        ShardHosts known = ShardHosts.known(rdd.context());
        Map<Integer, List<String>> preferred = new HashMap<>();
        Map<Integer, Integer> placed = new HashMap<>();
        var hosts = new String[shards.size()];
        for (int partition = 0; partition < hosts.length; partition++) {
            int shard = shards.get(partition);
            List<String> some = preferred.computeIfAbsent(shard, unknown -> known.inOrder(indexId, unknown));
            if (some.isEmpty()) {
                return rdd.toJavaRDD();
            }
            hosts[partition] = some.get((placed.merge(shard, 1, Integer::sum) - 1) % some.size());
        }
        return new PlacedRdd<>(rdd, hosts).toJavaRDD();
    }

    @Override
    public Partition[] getPartitions() {
        return firstParent(elementClassTag()).partitions();
    }

    @Override
    public Iterator<T> compute(Partition partition, TaskContext task) {
        return firstParent(elementClassTag()).iterator(partition, task);
    }

    @Override
    public Seq<String> getPreferredLocations(Partition partition) {
        return Catalyst.list(List.of(hosts[partition.index()]));
    }
}
