package io.pomaidb.index;

import io.pomaidb.engine.PomaiDatabase;

/**
 * The exclusive use of an opened segment, from {@link SegmentCache#lease} to {@link #close}. For one thread at a time. The
 * segment's files stay in place meanwhile.
 */
public final class SegmentLease implements AutoCloseable {
    private final CachedSegment owner;
    private PomaiDatabase database;
    private boolean invalid;

    SegmentLease(CachedSegment owner, PomaiDatabase database) {
        this.owner = owner;
        this.database = database;
    }

    /**
     * The database, for reading only.
     *
     * @throws IllegalStateException if the lease is closed
     */
    public PomaiDatabase database() {
        if (database == null) {
            throw new IllegalStateException("Cannot use a segment: its lease is closed");
        }
        return database;
    }

    /** Has the database closed at the end of the lease, because a failure left it in doubt. */
    public void invalidate() {
        invalid = true;
    }

    /** Ends the lease; a second call does nothing. */
    @Override
    public void close() {
        PomaiDatabase ending = database;
        database = null;
        if (ending == null) {
            return;
        }
        if (invalid) {
            try {
                ending.close();
            } finally {
                owner.unpin();
            }
        } else {
            owner.giveBack(ending);
        }
    }
}
