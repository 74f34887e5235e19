package io.pomaidb.flink.sink;

import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.functions.Partitioner;

/**
 * Sends rows to the subtasks that have their shards, so that few subtasks write to one shard. Whatever the number of shards
 * is taken to be, an id has one subtask.
 */
final class ShardPartitioner implements Partitioner<Long> {
    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;
    private transient int shards;

    ShardPartitioner(SinkSettings settings) {
        this.settings = settings;
    }

    @Override
    public int partition(Long id, int subtasks) {
        if (shards == 0) {
            shards = shards();
        }
        return subtaskOf(id, shards, subtasks);
    }

    /** With fewer subtasks than shards each has some shards; with more, several share one. */
    static int subtaskOf(long id, int shards, int subtasks) {
        return subtasks <= shards
                ? Sharding.shardOf(id, shards) % subtasks
                : Sharding.shardOf(id, subtasks / shards * shards);
    }

    private int shards() {
        try {
            return settings.index().latest().map(Snapshot::shards).orElseGet(() -> settings.options()
                    .shards());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write to index " + settings.options().path() + ": its state cannot be read", e);
        }
    }
}
