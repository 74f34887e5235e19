package io.pomaidb.flink.read;

import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A part of what is to be read, for one reader. Immutable.
 *
 * @param kind what is read
 * @param version the snapshot that is read
 * @param previous of changes, the snapshot before; else 0
 * @param shard the shard of {@code version}, or of {@code previous} for what is gone
 * @param lane of the changes, those of the ids of this lane of {@code lanes}
 * @param lanes 1 or more
 * @param done changes that have been given out already
 */
public record IndexSplit(Kind kind, long version, long previous, int shard, int lane, int lanes, long done)
        implements SourceSplit {
    /** What a split reads. */
    public enum Kind {
        /** All rows of a shard. */
        ROWS,
        /** The rows of a shard that a snapshot has otherwise than the one before. */
        CHANGED,
        /** The rows of a shard of the snapshot before that a snapshot has not. */
        GONE
    }

    public IndexSplit {
        Objects.requireNonNull(kind, "kind");
    }

    /** All rows of a shard. */
    static IndexSplit rows(long version, int shard, int lanes) {
        return new IndexSplit(Kind.ROWS, version, 0, shard, shard % lanes, lanes, 0);
    }

    /** Whether the split shows changes of an id. */
    boolean has(long id) {
        return Lanes.of(id, lanes) == lane;
    }

    IndexSplit after(long newDone) {
        return new IndexSplit(kind, version, previous, shard, lane, lanes, newDone);
    }

    @Override
    public String splitId() {
        return kind + "-" + version + "-" + shard + "-" + lane;
    }
}
