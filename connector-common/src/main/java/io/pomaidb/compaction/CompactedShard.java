package io.pomaidb.compaction;

import io.pomaidb.write.WrittenSegment;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;

/** What one task of a compaction did: its answer to the driver. Immutable; travels by Java's serialization. */
public final class CompactedShard implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int shard;
    private final List<UUID> inputs;
    private final List<WrittenSegment> outputs;
    private final long rows;

    CompactedShard(int shard, List<UUID> inputs, List<WrittenSegment> outputs) {
        this.shard = shard;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.rows =
                outputs.stream().mapToLong(output -> output.segment().rows()).sum();
    }

    /** The shard that was looked at. */
    public int shard() {
        return shard;
    }

    /** Number of segments that were rewritten; 0 if the shard turned out not to be worth it. */
    public int segmentsRead() {
        return inputs.size();
    }

    /** Number of segments that replace them. */
    public int segmentsWritten() {
        return outputs.size();
    }

    /** Rows in the segments that replace them. */
    public long rows() {
        return rows;
    }

    List<UUID> inputs() {
        return inputs;
    }

    List<WrittenSegment> outputs() {
        return outputs;
    }
}
