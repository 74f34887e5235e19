package io.pomaidb.compaction;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.WriteId;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/**
 * One shard's part of a compaction, to be run once to its end on any node; of several attempts one answer is committed.
 * Immutable; travels by Java's serialization.
 */
public final class CompactionTask implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final long version;
    private final int shard;
    private final long bytes;
    private final PomaiOptions options;
    private final CompactionPolicy policy;

    /** The layout of the new segments; null if it stays as it is. */
    private final IndexParameters target;

    private final WriteId id;

    CompactionTask(
            String path,
            long version,
            int shard,
            long bytes,
            PomaiOptions options,
            CompactionPolicy policy,
            IndexParameters target,
            WriteId id) {
        this.path = path;
        this.version = version;
        this.shard = shard;
        this.bytes = bytes;
        this.options = options;
        this.policy = policy;
        this.target = target;
        this.id = id;
    }

    /** The shard whose segments it reads. */
    public int shard() {
        return shard;
    }

    /** Bytes of the shard's segments, which bound the work. */
    public long bytes() {
        return bytes;
    }

    /**
     * Looks at the shard, rewrites what the policy says, and uploads it. Nobody sees that before the plan's commit. If it
     * fails, what was uploaded is deleted as far as possible.
     *
     * @param scratch local folder in which it makes one of its own; it is deleted at the end
     * @param cores native threads to use where option {@code search_threads} does not say it
     * @throws io.pomaidb.error.DataException if a segment is missing or damaged
     */
    public CompactedShard run(Configuration configuration, Path scratch, int cores) throws IOException {
        PomaiIndex index = PomaiIndex.at(new org.apache.hadoop.fs.Path(path), configuration);
        Snapshot snapshot = index.snapshot(version);
        int threads = options.searchThreads() == 0 ? cores : options.searchThreads();
        return new ShardRewrite(index, snapshot, shard, options, policy, target, id).run(scratch, threads);
    }

    @Override
    public String toString() {
        return "compaction of shard " + shard + " of " + path;
    }
}
