package io.pomaidb.spark.row;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.SparkStatusTracker;
import org.apache.spark.sql.SparkSession;

/**
 * On which host the tasks of a shard should run: on the same one each time, so that the segments that its disk has cached are
 * used again. It follows from the shard and the hosts alone; a host that comes or goes moves no other shards than its own.
 */
final class ShardHosts {
    private final List<String> hosts;

    ShardHosts(Collection<String> hosts) {
        this.hosts = hosts.stream().distinct().sorted().toList();
    }

    /** Those that the active session's context has heard of. */
    static ShardHosts known() {
        SparkStatusTracker tracker = SparkSession.active().sparkContext().statusTracker();
        return new ShardHosts(Arrays.stream(tracker.getExecutorInfos())
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
