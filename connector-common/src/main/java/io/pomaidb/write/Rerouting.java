package io.pomaidb.write;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.SegmentPublisher;
import io.pomaidb.index.ShardTombstones;
import io.pomaidb.index.WriteId;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadReader;
import io.pomaidb.payload.PayloadScan;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Spreads segments of one layout over the shards of another, rows and deletions, so that a write need not fail because the
 * index got other shards meanwhile. For one thread.
 */
public final class Rerouting {
    private final PomaiIndex index;
    private final UUID indexId;
    private final WriteId write;
    private final PomaiOptions options;

    /**
     * A rerouting.
     *
     * @param indexId of the index, by which the cache knows segments
     * @param write whose segments the new ones are
     * @param options say where segments are cached, and how many threads build
     */
    public Rerouting(PomaiIndex index, UUID indexId, WriteId write, PomaiOptions options) {
        this.index = index;
        this.indexId = indexId;
        this.write = write;
        this.options = options;
    }

    /**
     * Uploads segments that mean in the layout of {@code to} what {@code segments} do in that of {@code from}. What is
     * uploaded before a failure stays; it belongs to the write.
     *
     * @param segments in the order in which a snapshot would list them, which the result keeps
     */
    public List<WrittenSegment> reroute(IndexParameters from, IndexParameters to, List<WrittenSegment> segments)
            throws IOException {
        var rerouted = new ArrayList<WrittenSegment>();
        for (WrittenSegment segment : segments) {
            rerouted.addAll(reroute(from, to, segment));
        }
        return rerouted;
    }

    private List<WrittenSegment> reroute(IndexParameters from, IndexParameters to, WrittenSegment written)
            throws IOException {
        Segment segment = written.segment();
        Roaring64Bitmap deleted = index.tombstones(segment).clone();
        var rows = new ArrayList<WrittenSegment>();
        if (segment.rows() > 0) {
            Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
            int threads = Math.max(1, options.searchThreads());
            // The columns are those of the rows, of which the other layout may not know yet.
            IndexParameters layout = to.withSchema(from.schema());
            try (ShardWriter writer = ShardWriter.ofStoredRows(index, write, layout, options, threads, scratch)) {
                copy(from, segment, writer, to.routing().isByCluster() ? deleted : null);
                rows.addAll(writer.finish());
            }
        }
        var rerouted = new ArrayList<WrittenSegment>();
        var publisher = new SegmentPublisher(index, write);
        for (ShardTombstones tombstones : ShardTombstones.split(deleted, to)) {
            Segment published = publisher.publishTombstones(tombstones.shard(), tombstones.ids());
            rerouted.add(new WrittenSegment(published, 0, written.exampleId()));
        }
        // Behind the deletions, which must not meet these rows.
        rerouted.addAll(rows);
        return rerouted;
    }

    /** Copies all rows, and adds their ids to {@code ids} if it is not null: any shard may have older rows of them. */
    private void copy(IndexParameters from, Segment segment, ShardWriter writer, Roaring64Bitmap ids)
            throws IOException {
        try (var lease = SegmentCache.shared(options)
                .lease(index, indexId, segment, from.databaseOptions().build())) {
            PomaiDatabase database = lease.database();
            var vector = new float[from.dim()];
            List<PayloadColumn> columns = from.schema().payloadSchema().stored();
            try (RecordScan scan = database.scan();
                    var payload = PayloadReader.open(index.payload(segment).orElse(null), columns)) {
                PayloadScan stored = payload.scan();
                VectorSource source = VectorSource.of(vector, scan::scale);
                while (scan.next()) {
                    scan.copyVector(vector);
                    writer.writeStored(scan.id(), source, stored.seek(scan.id()));
                    if (ids != null) {
                        ids.addLong(scan.id());
                    }
                }
            }
        }
    }
}
