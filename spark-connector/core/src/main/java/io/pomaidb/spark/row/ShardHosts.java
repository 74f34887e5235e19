package io.pomaidb.spark.row;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.BlockManagerId;

/**
 * On which host the tasks of a shard should run: on the same one each time, so that the segments that its disk has cached are
 * used again. It follows from the shard and the hosts alone; a host that comes or goes moves no other shards than its own.
 */
final class ShardHosts {
    private final List<String> hosts;

    ShardHosts(Collection<String> hosts) {
        this.hosts = hosts.stream().distinct().sorted().toList();
    }

    /** Those of the executors that the active session's context has heard of. */
    static ShardHosts known() {
        SparkContext context = SparkSession.active().sparkContext();
        BlockManagerId driver = context.env().blockManager().blockManagerId();
        return ofExecutors(Arrays.asList(context.statusTracker().getExecutorInfos()), driver.host(), driver.port());
    }

    /** Those of executors, among which Spark counts the driver: no task of a cluster runs there. */
    static ShardHosts ofExecutors(List<SparkExecutorInfo> executors, String driverHost, int driverPort) {
        return new ShardHosts(executors.stream()
                .filter(executor ->
                        executor.port() != driverPort || !executor.host().equals(driverHost))
                .map(SparkExecutorInfo::host)
                .toList());
    }

    /** The host of a shard; empty where there is no choice. */
    Optional<String> of(UUID indexId, int shard) {
        return hosts.size() < 2
                ? Optional.empty()
                : hosts.stream().max(Comparator.comparingLong(host -> weight(indexId, shard, host)));
    }

    private static long weight(UUID indexId, int shard, String host) {
        byte[] name = (indexId + "/" + shard + "/" + host).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).getLeastSignificantBits();
    }
}
