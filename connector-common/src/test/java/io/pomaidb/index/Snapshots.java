package io.pomaidb.index;

import io.pomaidb.config.IndexMetric;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Snapshots and segments for tests that need no files behind them. */
final class Snapshots {
    private Snapshots() {}

    static IndexParameters parameters() {
        return new IndexParameters(
                new IndexSchema("id", IdType.LONG, "embedding"),
                IndexMetric.COSINE,
                8,
                new EngineParameters(32, 200, 64, 5000),
                4);
    }

    /** Where there is no file that lists segments. */
    static SegmentLists noLists() {
        var fileSystem = new RawLocalFileSystem();
        fileSystem.setConf(new Configuration());
        return new SegmentLists(fileSystem, new Path("/nowhere"));
    }

    static Segment segment(int shard) {
        return new Segment(
                shard,
                Segment.UNCOMMITTED,
                UUID.randomUUID(),
                List.of(new SegmentFile("MANIFEST", 12, 0xe3069283), new SegmentFile("seg/1.seg", 4096, 7)),
                100,
                "0.1.0");
    }
}
