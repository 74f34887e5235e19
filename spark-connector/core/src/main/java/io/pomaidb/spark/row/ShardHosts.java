package io.pomaidb.spark.row;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.storage.BlockManagerId;

/**
 * On which host the tasks of a shard should run: on the same one each time, so that the segments that its disk has cached are
 * used again. It follows from the shard and the hosts alone; a host that comes or goes moves no other shards than its own.
 */
public final class ShardHosts {
    private final List<String> hosts;

    ShardHosts(Collection<String> hosts) {
        this.hosts = hosts.stream().distinct().sorted().toList();
    }

    /** Those of the executors that a context has heard of. */
    public static ShardHosts known(SparkContext context) {
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
        return inOrder(indexId, shard).stream().findFirst();
    }

    /** All hosts, that of a shard first and then those that it would have without the ones before; none where there is no choice. */
    public List<String> inOrder(UUID indexId, int shard) {
        if (hosts.size() < 2) {
            return List.of();
        }
        Map<String, Long> weights =
                hosts.stream().collect(Collectors.toMap(host -> host, host -> weight(indexId, shard, host)));
        return hosts.stream()
                .sorted(Comparator.<String, Long>comparing(weights::get).reversed())
                .toList();
    }

    private static long weight(UUID indexId, int shard, String host) {
        byte[] name = (indexId + "/" + shard + "/" + host).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).getLeastSignificantBits();
    }
}
