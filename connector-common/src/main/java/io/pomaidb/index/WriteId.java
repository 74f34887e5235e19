package io.pomaidb.index;

import java.io.Serializable;
import java.util.UUID;

/**
 * Identity of one write: what its segments have in common. It is the first half of their UUIDs, so that whoever knows the
 * id finds all directories of the write, also those that a lost or late task uploaded without telling anybody.
 *
 * @param half the more significant 64 bits of a random UUID
 */
public record WriteId(long half) implements Serializable {
    /** An id that no other write has. */
    public static WriteId random() {
        return new WriteId(UUID.randomUUID().getMostSignificantBits());
    }

    /** The name of a new segment of this write. */
    UUID newSegment() {
        return new UUID(half, UUID.randomUUID().getLeastSignificantBits());
    }

    /** Whether a segment is one of this write's. */
    boolean wrote(UUID segment) {
        return segment.getMostSignificantBits() == half;
    }
}
