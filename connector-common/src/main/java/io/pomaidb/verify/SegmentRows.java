package io.pomaidb.verify;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.index.Sharding;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadFile;
import io.pomaidb.payload.PayloadReader;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadScan;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads the rows of a segment and holds them against the snapshot: their number, shards, ids and vectors. */
final class SegmentRows {
    /** Rounding in float leaves lengths this near to one, whatever the dimension. */
    private static final double LENGTH_TOLERANCE = 1e-3;

    private static final float DISTANCE_TOLERANCE = 1e-4f;

    private final Snapshot snapshot;
    private final Segment segment;
    private final float[] vector;
    private long rows;

    SegmentRows(Snapshot snapshot, Segment segment) {
        this.snapshot = snapshot;
        this.segment = segment;
        this.vector = new float[snapshot.dim()];
    }

    /** Rows that were read. */
    long count() {
        return rows;
    }

    /**
     * Reads all rows.
     *
     * @return the first thing that is wrong
     * @throws io.pomaidb.error.DataException if a file is missing or damaged
     */
    Optional<String> check(PomaiIndex index, SegmentCache cache) throws IOException {
        index.tombstones(segment);
        if (segment.rows() == 0 && segment.engineFiles().isEmpty()) {
            return Optional.empty();
        }
        Centroids centroids = index.centroids(snapshot.parameters()).orElse(null);
        DatabaseOptions options =
                snapshot.parameters().databaseOptions().searchThreads(1).build();
        try (SegmentLease lease = cache.lease(index, snapshot, segment, options)) {
            // Whatever comes of it, nobody opens this database again.
            lease.invalidate();
            PayloadFile file = index.payload(segment).orElse(null);
            List<PayloadColumn> columns = snapshot.schema().payloadSchema().stored();
            try (RecordScan scan = lease.database().scan();
                    var payload = PayloadReader.open(file, columns)) {
                PayloadScan stored = payload.scan();
                while (scan.next()) {
                    PayloadRow row = stored.seek(scan.id());
                    Optional<String> problem = checkRow(scan, centroids).or(() -> checkKey(scan.id(), row));
                    if (problem.isPresent()) {
                        return problem;
                    }
                    rows++;
                }
            }
        }
        return rows == segment.rows()
                ? Optional.empty()
                : Optional.of("it has " + rows + " rows (the snapshot says " + segment.rows() + ")");
    }

    private Optional<String> checkKey(long id, PayloadRow row) {
        if (snapshot.schema().idType() != IdType.STRING) {
            return Optional.empty();
        }
        return row.isNullAt(0) || KeyHash.idOf(row.bytesAt(0)) != id
                ? Optional.of("the key of row " + id + " is another's, or missing")
                : Optional.empty();
    }

    private Optional<String> checkRow(RecordScan scan, Centroids centroids) {
        long id = scan.id();
        scan.copyVector(vector);
        if (centroids == null) {
            int shard = Sharding.shardOf(id, snapshot.shards());
            if (shard != segment.shard()) {
                return Optional.of("row " + id + " belongs to shard " + shard);
            }
        } else {
            var distances = new float[centroids.count()];
            int nearest = centroids.nearest(vector, distances);
            // Another writer may round otherwise, and have found another one of two that are about as near.
            if (distances[segment.shard()] > distances[nearest] * (1 + DISTANCE_TOLERANCE)) {
                return Optional.of("row " + id + " belongs to shard " + nearest + ", whose centroid is nearer");
            }
        }
        if (snapshot.schema().idType() == IdType.INT && id != (int) id) {
            return Optional.of("row " + id + " has an id that is no int");
        }
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        if (!Double.isFinite(squares)) {
            return Optional.of("the vector of row " + id + " has a component that is no finite number");
        }
        if (snapshot.metric() == IndexMetric.COSINE
                && squares != 0
                && Math.abs(Math.sqrt(squares) - 1) > LENGTH_TOLERANCE) {
            return Optional.of("the vector of row " + id + " has length " + Math.sqrt(squares)
                    + " (under metric cosine vectors are stored with length 1)");
        }
        return Optional.empty();
    }
}
