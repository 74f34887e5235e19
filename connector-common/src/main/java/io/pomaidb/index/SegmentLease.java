package io.pomaidb.index;

import io.pomaidb.engine.PomaiDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The exclusive use of an opened segment, or of some that were merged, from {@link SegmentCache#lease} to {@link #close}.
 * For one thread at a time. The files stay in place meanwhile.
 */
public final class SegmentLease implements AutoCloseable {
    private final CachedSegment owner;
    private final List<Segment> segments;
    private final CacheUse cacheUse;
    private final List<MergeTally> tallies = new ArrayList<>();
    private PomaiDatabase database;
    private RowSources sources;
    private boolean invalid;

    SegmentLease(CachedSegment owner, PomaiDatabase database, List<Segment> segments, CacheUse cacheUse) {
        this.owner = owner;
        this.database = database;
        this.segments = segments;
        this.cacheUse = cacheUse;
    }

    /** The segments whose rows the database has, newest first: one, or several that were merged. */
    public List<Segment> segments() {
        return segments;
    }

    /**
     * Which segment each row of a merged database is of; null where the database is that of a segment.
     *
     * @throws io.pomaidb.error.DataException if the cache's file is damaged
     */
    public RowSources sources() throws IOException {
        if (sources == null && segments.size() > 1) {
            sources = owner.sources();
        }
        return sources;
    }

    /** Whether the cache had the database, and what was fetched if not. */
    public CacheUse cacheUse() {
        return cacheUse;
    }

    /** Has the searches of this database counted there. */
    SegmentLease charge(List<MergeTally> counted) {
        tallies.addAll(counted);
        return this;
    }

    /** Whether the database may be merged with others before long. */
    public boolean isToBeMerged() {
        return !tallies.isEmpty();
    }

    /**
     * Counts a search of the database.
     *
     * @return whether it is time to give the shard's leases back, and have merged ones instead
     */
    public boolean spend(long nanos) {
        boolean due = false;
        for (MergeTally tally : tallies) {
            due |= tally.spend(nanos);
        }
        return due;
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
