package io.pomaidb.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Reads the tombstones of segments, and applies them to the segments of a shard. */
final class TombstoneFiles {
    private static final int MAX_BYTES = 1 << 30;
    private static final FileCache<Roaring64Bitmap> CACHE = new FileCache<>(128 << 20);

    private final PomaiIndex index;

    TombstoneFiles(PomaiIndex index) {
        this.index = index;
    }

    /** The ids that a segment deletes from older ones. Not to be changed. */
    Roaring64Bitmap read(Segment segment) throws IOException {
        Tombstones tombstones = segment.tombstones();
        if (tombstones.isEmpty()) {
            return new Roaring64Bitmap();
        }
        var path = new Path(index.directoryOf(segment), Tombstones.FILE);
        if (!tombstones.isInFile()) {
            return tombstones.inlineIds(path.getParent().toString());
        }
        SegmentFile file = segment.files().stream()
                .filter(candidate -> candidate.name().equals(Tombstones.FILE))
                .findFirst()
                .orElseThrow();
        return CACHE.get(path, file, () -> {
            LocalLinks.refuse(index.fileSystem(), index.path(), path);
            byte[] bytes = SideFiles.read(index.fileSystem(), path, file, MAX_BYTES);
            Roaring64Bitmap ids = RoaringFormat.decode(path.toString(), bytes, tombstones.count());
            return new FileCache.Loaded<>(ids, ids.getLongSizeInBytes());
        });
    }

    /** The segments of a shard that have rows, newest first, each with what newer tombstones delete from it. */
    List<ShardSegment> segmentsOf(Snapshot snapshot, int shard) throws IOException {
        boolean everyShard = snapshot.parameters().routing().isByCluster();
        var found = new ArrayList<ShardSegment>();
        var deleted = new Roaring64Bitmap();
        boolean shared = false;
        var newestFirst = new ArrayList<>(snapshot.segments());
        Collections.reverse(newestFirst);
        for (Segment segment : newestFirst) {
            if (segment.shard() == shard && segment.rows() > 0) {
                found.add(new ShardSegment(segment, deleted));
                shared = true;
            }
            if ((everyShard || segment.shard() == shard)
                    && !segment.tombstones().isEmpty()) {
                if (shared) {
                    deleted = deleted.clone();
                    shared = false;
                }
                deleted.or(read(segment));
            }
        }
        return found;
    }
}
