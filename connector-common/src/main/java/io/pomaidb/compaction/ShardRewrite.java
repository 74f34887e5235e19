package io.pomaidb.compaction;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.SegmentLease;
import io.pomaidb.index.ShardSegment;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.WriteId;
import io.pomaidb.payload.PayloadFile;
import io.pomaidb.payload.PayloadReader;
import io.pomaidb.payload.PayloadScan;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Reads the segments of one shard, decides which to rewrite, and writes their live rows into new ones. */
final class ShardRewrite {
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final int shard;
    private final PomaiOptions options;
    private final CompactionPolicy policy;
    private final IndexParameters target;
    private final WriteId id;

    ShardRewrite(
            PomaiIndex index,
            Snapshot snapshot,
            int shard,
            PomaiOptions options,
            CompactionPolicy policy,
            IndexParameters target,
            WriteId id) {
        this.index = index;
        this.snapshot = snapshot;
        this.shard = shard;
        this.options = options;
        this.policy = policy;
        this.target = target;
        this.id = id;
    }

    /** A segment and the ids of its rows that readers of the snapshot see. */
    private record Live(Segment segment, Roaring64Bitmap ids) {
        double deadShare() {
            return 1 - (double) ids.getLongCardinality() / segment.rows();
        }
    }

    CompactedShard run(Path scratch, int threads) throws IOException {
        var tiers = new SizeTiers(policy, snapshot.segmentsOf(shard));
        List<Live> chosen = choose(live(tiers, threads), tiers);
        if (chosen.isEmpty()) {
            return new CompactedShard(shard, List.of(), List.of());
        }
        IndexParameters layout = target == null ? snapshot.parameters() : target;
        List<WrittenSegment> outputs;
        try (ShardWriter writer =
                ShardWriter.ofStoredRows(index, id, layout.withSchema(snapshot.schema()), options, threads, scratch)) {
            for (Live input : chosen) {
                copy(input, writer, threads);
            }
            outputs = writer.finish();
        }
        List<UUID> inputs = chosen.stream().map(input -> input.segment().uuid()).toList();
        return new CompactedShard(shard, inputs, outputs);
    }

    /** The shard's segments, newest first, up to the oldest that the policy can choose. */
    private List<Live> live(SizeTiers tiers, int threads) throws IOException {
        List<ShardSegment> segments = index.segmentsOf(snapshot, shard);
        int end = segments.size();
        while (end > 0 && !candidate(segments, end - 1, tiers)) {
            end--;
        }
        var live = new ArrayList<Live>();
        var newer = new Roaring64Bitmap();
        for (ShardSegment segment : segments.subList(0, end)) {
            Roaring64Bitmap ids = ids(segment.segment(), threads);
            Roaring64Bitmap shown = ids.clone();
            shown.andNot(segment.deleted());
            shown.andNot(newer);
            live.add(new Live(segment.segment(), shown));
            newer.or(ids);
        }
        return live;
    }

    /** Whether the policy can choose a segment, as far as the snapshot tells. */
    private boolean candidate(List<ShardSegment> segments, int position, SizeTiers tiers) {
        ShardSegment segment = segments.get(position);
        long dead = segment.deleted().getLongCardinality();
        for (ShardSegment newer : segments.subList(0, position)) {
            dead += newer.segment().rows();
        }
        return target != null
                || tiers.isDue(segment.segment())
                || dead >= policy.deadShare() * segment.segment().rows();
    }

    private List<Live> choose(List<Live> live, SizeTiers tiers) {
        if (target != null) {
            return live;
        }
        return live.stream()
                .filter(input -> input.deadShare() >= policy.deadShare() || tiers.isDue(input.segment()))
                .toList();
    }

    private Roaring64Bitmap ids(Segment segment, int threads) throws IOException {
        var ids = new Roaring64Bitmap();
        try (SegmentLease lease = lease(segment, threads);
                RecordScan scan = lease.database().scan()) {
            while (scan.next()) {
                ids.addLong(scan.id());
            }
        }
        return ids;
    }

    private void copy(Live input, ShardWriter writer, int threads) throws IOException {
        var vector = new float[snapshot.dim()];
        PayloadFile file = index.payload(input.segment()).orElse(null);
        try (SegmentLease lease = lease(input.segment(), threads);
                RecordScan scan = lease.database().scan();
                var payload = PayloadReader.open(
                        file, snapshot.schema().payloadSchema().stored())) {
            PayloadScan stored = payload.scan();
            VectorSource source = VectorSource.of(vector, scan::scale);
            while (scan.next()) {
                if (input.ids().contains(scan.id())) {
                    scan.copyVector(vector);
                    writer.writeStored(scan.id(), source, stored.seek(scan.id()));
                }
            }
        }
    }

    private SegmentLease lease(Segment segment, int threads) throws IOException {
        DatabaseOptions database =
                snapshot.parameters().databaseOptions().searchThreads(threads).build();
        return SegmentCache.shared(options).lease(index, snapshot, segment, database);
    }
}
