package io.pomaidb.flink.read;

import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which reader a split is for, where a scan follows an index. Rows that a reader has given out may still be on their way when
 * another one begins with the next commit, so all changes of an id have to come from one reader: each id is in one lane, by
 * its hash, whatever the shards of a version are, and each lane has one reader. Where the scan began with as many shards as
 * there are lanes, a lane is a shard. For one thread.
 */
final class Lanes {
    private final Map<Integer, Integer> holders = new HashMap<>();
    private final Set<Integer> known = new HashSet<>();

    /** How many lanes there are when a scan begins with a snapshot. Rows that are sharded by nearness change their shard. */
    static int count(Snapshot snapshot) {
        return snapshot.parameters().routing().isByCluster() ? 1 : snapshot.shards();
    }

    /** The lane of an id. */
    static int of(long id, int lanes) {
        return Sharding.shardOf(id, lanes);
    }

    /** The lanes that may have ids of a shard. */
    static IntStream of(int shard, Snapshot snapshot, int lanes) {
        if (snapshot.parameters().routing().isByCluster()) {
            return IntStream.range(0, lanes);
        }
        int step = BigInteger.valueOf(lanes)
                .gcd(BigInteger.valueOf(snapshot.shards()))
                .intValue();
        return IntStream.range(0, lanes).filter(lane -> lane % step == shard % step);
    }

    /** A reader tells the lanes of the splits that it was restored with: Flink gives them to any reader of a rescaled job. */
    void hold(int reader, List<Integer> lanes) {
        known.add(reader);
        lanes.forEach(lane -> holders.putIfAbsent(lane, reader));
    }

    /** Whether all readers have told what they hold. */
    boolean areKnown(int readers) {
        return known.size() >= readers;
    }

    /** The reader of a lane. */
    int reader(int lane, int readers) {
        return holders.getOrDefault(lane, lane % readers);
    }
}
