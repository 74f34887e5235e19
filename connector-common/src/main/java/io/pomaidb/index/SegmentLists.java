package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that list segments for many snapshots. A snapshot lists the newest segments itself until they take more than
 * some KiB; then they move into such a file, once. So a commit writes about as much as it adds, however many segments the
 * index has.
 */
final class SegmentLists {
    static final Pattern FILE = Pattern.compile("segments-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.json");

    /** Bytes of segments that a snapshot lists itself. */
    static final int MAX_INLINE_BYTES = 16 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentLists.class);
    private static final int MAX_BYTES = 32 << 20;
    private static final FileCache<byte[]> CACHE = new FileCache<>(64 << 20);

    private final FileSystem fileSystem;
    private final Path directory;

    SegmentLists(FileSystem fileSystem, Path directory) {
        this.fileSystem = fileSystem;
        this.directory = directory;
    }

    /** The segments of a list, as part of the snapshot that {@code reader} reads. */
    List<Segment> read(SegmentList list, UUID indexId, SegmentReader reader) throws IOException {
        var path = new Path(directory, list.file().name());
        byte[] json = CACHE.get(path, list.file(), () -> {
            LocalLinks.refuse(fileSystem, directory.getParent(), path);
            byte[] content = SideFiles.read(fileSystem, path, list.file(), MAX_BYTES);
            return new FileCache.Loaded<>(content, content.length);
        });
        var root = new JsonObject(path.toString(), "", SnapshotReader.parse(path.toString(), json));
        root.integer("formatVersion", 1, Snapshot.FORMAT_VERSION);
        root.text("indexId", indexId.toString());
        List<Segment> segments = reader.read(root);
        root.refuseOthers();
        long rows = rows(segments);
        if (segments.size() != list.segments() || rows != list.rows()) {
            throw new DataException("Cannot read snapshot: " + path + " lists " + segments.size() + " segments with "
                    + rows + " rows (the snapshot says " + list.segments() + " with " + list.rows() + ")");
        }
        return segments;
    }

    private static long rows(List<Segment> segments) {
        long rows = 0;
        for (Segment segment : segments) {
            rows += segment.rows();
        }
        return rows;
    }

    /**
     * The snapshot as it will be committed: where it would list too much itself, a new file lists it.
     *
     * @return the snapshot, and the new file if there is one
     */
    Arranged arrange(Snapshot snapshot) throws IOException {
        List<Segment> unlisted = snapshot.unlistedSegments();
        byte[] json = SegmentWriter.toList(snapshot.indexId(), unlisted);
        if (json.length <= MAX_INLINE_BYTES) {
            return new Arranged(snapshot, Optional.empty());
        }
        if (json.length > MAX_BYTES) {
            throw new DataException(
                    "Cannot commit " + unlisted.size() + " segments at once: their list has " + json.length
                            + " bytes (accepted: up to " + MAX_BYTES + "; use fewer shards or segments_per_shard)");
        }
        var path = new Path(directory, "segments-" + UUID.randomUUID() + ".json");
        fileSystem.mkdirs(directory);
        SegmentFile file = SideFiles.write(fileSystem, path, json);
        var lists = new ArrayList<>(snapshot.lists());
        lists.add(new SegmentList(file, unlisted.size(), rows(unlisted)));
        return new Arranged(snapshot.withLists(lists), Optional.of(path));
    }

    /** Deletes the new file of a commit that was lost. A failure is logged: vacuum finds it. */
    void discard(Arranged arranged) {
        if (arranged.file().isPresent()) {
            try {
                fileSystem.delete(arranged.file().get(), false);
            } catch (IOException e) {
                LOG.warn(
                        "Cannot delete {}, which no snapshot names",
                        arranged.file().get(),
                        e);
            }
        }
    }

    /** A snapshot that is ready for its commit. */
    record Arranged(Snapshot snapshot, Optional<Path> file) {}
}
