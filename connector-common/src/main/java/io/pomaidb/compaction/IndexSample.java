package io.pomaidb.compaction;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.index.ShardSegment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.CentroidTraining;
import java.io.IOException;
import java.util.Random;

/** Trains centroids on the rows that an index has. */
final class IndexSample {
    /** The same rows give the same centroids. */
    private static final long SEED = 42;

    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;

    IndexSample(PomaiIndex index, Snapshot snapshot, PomaiOptions options) {
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
    }

    Centroids train(IndexParameters parameters) throws IOException {
        var training = new CentroidTraining(parameters, new Random(SEED));
        var vector = new float[snapshot.dim()];
        VectorSource source = VectorSource.of(vector);
        var database = snapshot.dim() == 0
                ? null
                : snapshot.parameters().databaseOptions().build();
        for (int shard = 0; shard < snapshot.shards(); shard++) {
            for (ShardSegment segment : index.segmentsOf(snapshot, shard)) {
                try (SegmentLease lease =
                                SegmentCache.shared(options).lease(index, snapshot, segment.segment(), database);
                        RecordScan scan = lease.database().scan()) {
                    while (scan.next()) {
                        if (!segment.deleted().contains(scan.id())) {
                            scan.copyVector(vector);
                            training.add(scan.id(), source);
                        }
                    }
                }
            }
        }
        return training.train();
    }
}
