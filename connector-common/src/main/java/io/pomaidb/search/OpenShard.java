package io.pomaidb.search;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The opened segments of one shard, newest first, and the rule which of several rows of an id counts. */
final class OpenShard implements AutoCloseable {
    private final List<Segment> segments = new ArrayList<>();
    private final List<SegmentLease> leases = new ArrayList<>();

    private OpenShard() {}

    static OpenShard open(
            PomaiIndex index, Snapshot snapshot, int shard, SegmentCache cache, PomaiOptions options, int cores)
            throws IOException {
        var opened = new OpenShard();
        try {
            for (Segment segment : snapshot.segmentsOf(shard)) {
                if (segment.rows() > 0) {
                    DatabaseOptions database = databaseOptions(snapshot, options, cores);
                    opened.leases.add(cache.lease(index, snapshot, segment, database));
                    opened.segments.add(segment);
                }
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private static DatabaseOptions databaseOptions(Snapshot snapshot, PomaiOptions options, int cores) {
        DatabaseOptions.Builder database = snapshot.parameters().databaseOptions();
        if (options.isSet(PomaiOption.HNSW_EF_SEARCH)) {
            database.hnswEfSearch(options.hnswEfSearch());
        }
        return database.searchThreads(options.searchThreads() == 0 ? cores : options.searchThreads())
                .build();
    }

    /** Number of segments; 0 is the newest. */
    int size() {
        return segments.size();
    }

    long rows(int segment) {
        return segments.get(segment).rows();
    }

    PomaiDatabase database(int segment) {
        return leases.get(segment).database();
    }

    /** Whether the row of {@code id} in {@code segment} counts: no newer segment has one. */
    boolean isLive(long id, int segment) {
        for (int newer = 0; newer < segment; newer++) {
            if (database(newer).exists(id)) {
                return false;
            }
        }
        return true;
    }

    /** Keeps the databases from being used again, after a failure in one of them. */
    void invalidate() {
        leases.forEach(SegmentLease::invalidate);
    }

    @Override
    public void close() {
        leases.forEach(SegmentLease::close);
    }
}
