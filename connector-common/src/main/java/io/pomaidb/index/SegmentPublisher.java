package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.roaringbitmap.longlong.Roaring64Bitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads the frozen native databases of one write into an index's data folder, and deletes uploads that no commit will
 * list. Stateless and safe for any number of threads.
 */
public final class SegmentPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentPublisher.class);
    private static final int BUFFER_BYTES = 1 << 17; // stays in the second-level cache
    private static final String LOCK = "LOCK";
    private static final String TEMPORARY = ".tmp";

    /** Engine version of a segment that no engine wrote. */
    private static final String NO_ENGINE = "none";

    private final PomaiIndex index;
    private final WriteId write;

    public SegmentPublisher(PomaiIndex index, WriteId write) {
        this.index = index;
        this.write = write;
    }

    /**
     * Uploads all regular files of a closed database's directory, computing their checksums on the way. The segment is
     * visible to nobody until a commit lists it. If an upload fails, what was uploaded is deleted as far as possible.
     *
     * @param local directory of the frozen and closed database
     * @param rows rows with distinct ids in it
     * @param engineVersion version string of the library that wrote it
     */
    public Segment publish(java.nio.file.Path local, int shard, long rows, String engineVersion) throws IOException {
        return publish(local, shard, rows, engineVersion, new Roaring64Bitmap());
    }

    /**
     * As {@link #publish(java.nio.file.Path, int, long, String)}, for a segment that also deletes ids from the segments
     * which the snapshot will list before it.
     */
    public Segment publish(
            java.nio.file.Path local, int shard, long rows, String engineVersion, Roaring64Bitmap deleted)
            throws IOException {
        var segment = new Segment(shard, Segment.UNCOMMITTED, write.newSegment(), List.of(), rows, engineVersion);
        Path remote = index.directoryOf(segment);
        try {
            var files = new ArrayList<SegmentFile>();
            Tombstones tombstones = publish(deleted, remote, files);
            for (java.nio.file.Path file : filesOf(local)) {
                String name = local.relativize(file).toString().replace(java.io.File.separatorChar, '/');
                if (!FileNames.isSafe(name)) {
                    throw new IOException("Cannot upload segment file " + file + ": readers refuse the name " + name);
                }
                files.add(upload(file, name, new Path(remote, name)));
            }
            return new Segment(shard, Segment.UNCOMMITTED, segment.uuid(), files, rows, engineVersion, tombstones);
        } catch (IOException | RuntimeException e) {
            delete(segment);
            throw e;
        }
    }

    /** A segment without rows that deletes ids. Few ids need no upload: they will stand in the snapshot. */
    public Segment publishTombstones(int shard, Roaring64Bitmap deleted) throws IOException {
        var segment = new Segment(shard, Segment.UNCOMMITTED, write.newSegment(), List.of(), 0, NO_ENGINE);
        Path remote = index.directoryOf(segment);
        try {
            var files = new ArrayList<SegmentFile>();
            Tombstones tombstones = publish(deleted, remote, files);
            return new Segment(
                    shard, Segment.UNCOMMITTED, segment.uuid(), files, 0, segment.engineVersion(), tombstones);
        } catch (IOException | RuntimeException e) {
            delete(segment);
            throw e;
        }
    }

    private Tombstones publish(Roaring64Bitmap deleted, Path remote, List<SegmentFile> files) throws IOException {
        long count = deleted.getLongCardinality();
        if (count == 0) {
            return Tombstones.NONE;
        }
        if (count > RoaringFormat.MAX_IDS) {
            throw new DataException("Cannot delete " + count + " ids of index " + index.path()
                    + " at once (accepted: up" + " to " + RoaringFormat.MAX_IDS + "; delete them in several commits)");
        }
        byte[] ids = RoaringFormat.encode(deleted);
        if (ids.length <= Tombstones.MAX_INLINE_BYTES) {
            return Tombstones.inline(count, ids);
        }
        files.add(SideFiles.write(index.fileSystem(), new Path(remote, Tombstones.FILE), ids));
        return Tombstones.inFile(count);
    }

    /**
     * Deletes the files of a segment that no snapshot lists and none will. A failure is logged: such files cost space,
     * and vacuum finds them.
     */
    public void delete(Segment segment) {
        delete(index.directoryOf(segment));
    }

    private void delete(Path directory) {
        // A task is often interrupted when it comes here, and clients of remote file systems then do nothing but fail.
        boolean interrupted = Thread.interrupted();
        try {
            index.fileSystem().delete(directory, true);
        } catch (IOException e) {
            LOG.warn("Cannot delete the files of an uncommitted segment: {}", directory, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Deletes all segments of the write, also those that the caller was not told of. What a task uploads after the listing
     * stays. Never touches another write's files.
     *
     * @throws IOException if the segments cannot be listed
     */
    public void deleteAll() throws IOException {
        for (Path shard : list(new Path(index.path(), Segment.DATA))) {
            deleteBut(Set.of(), shard);
        }
    }

    /**
     * Deletes the segments of the write that {@code kept} does not have, in the shards that {@code kept} has: those of
     * attempts that lost to another attempt at the same rows.
     *
     * @throws IOException if the segments cannot be listed
     */
    public void deleteBut(Collection<Segment> kept) throws IOException {
        var uuids = kept.stream().map(Segment::uuid).collect(Collectors.toSet());
        var shards = kept.stream()
                .filter(segment -> write.wrote(segment.uuid()))
                .map(segment -> index.directoryOf(segment).getParent())
                .collect(Collectors.toSet());
        for (Path shard : shards) {
            deleteBut(uuids, shard);
        }
    }

    private void deleteBut(Set<UUID> kept, Path shard) throws IOException {
        for (Path directory : list(shard)) {
            if (SnapshotReader.UUID_TEXT.matcher(directory.getName()).matches()) {
                var uuid = UUID.fromString(directory.getName());
                if (write.wrote(uuid) && !kept.contains(uuid)) {
                    delete(directory);
                }
            }
        }
    }

    /** The directories in a directory; none if it is not there, as when nothing was uploaded. */
    private List<Path> list(Path directory) throws IOException {
        try {
            return Stream.of(index.fileSystem().listStatus(directory))
                    .filter(FileStatus::isDirectory)
                    .map(FileStatus::getPath)
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private static List<java.nio.file.Path> filesOf(java.nio.file.Path directory) throws IOException {
        try (Stream<java.nio.file.Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !isTransient(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    static boolean isTransient(String name) {
        return name.equals(LOCK) || name.endsWith(TEMPORARY);
    }

    private SegmentFile upload(java.nio.file.Path from, String name, Path to) throws IOException {
        // Not a subclass: whatever that does with files, a link would go around it.
        if (index.fileSystem().getClass() == RawLocalFileSystem.class
                && index.fileSystem() instanceof RawLocalFileSystem local) {
            SegmentFile file = checksum(from, name);
            if (link(from, local.pathToFile(to).toPath())) {
                return file;
            }
        }
        FSDataOutputStream out = index.fileSystem().create(to, false);
        SegmentFile file;
        try {
            file = copy(from, name, out);
            // Object stores have no such capability: there, close() is what makes the file durable.
            if (out.hasCapability(StreamCapabilities.HSYNC)) {
                out.hsync();
            }
        } catch (IOException | RuntimeException e) {
            ObjectUpload.giveUp(out, e);
            throw e;
        }
        out.close();
        return file;
    }

    /**
     * Gives a frozen file its name in the index without copying it; it loses the one in the scratch folder later.
     *
     * @return false if that cannot be: another disk, or a disk without links
     */
    private static boolean link(java.nio.file.Path from, java.nio.file.Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try {
            Files.createLink(to, from);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            LOG.debug("Cannot link {} to {}, so it is copied", to, from, e);
            return false;
        }
        return true;
    }

    /**
     * Computes a file's checksum and makes its content durable. Before the link is made, because after it the disk would
     * have to write its journal for every file; the commit does that once for all names.
     */
    private static SegmentFile checksum(java.nio.file.Path file, String name) throws IOException {
        var checksum = new CRC32C();
        var buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long size = 0;
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer) >= 0) {
                size += buffer.flip().remaining();
                checksum.update(buffer);
                buffer.clear();
            }
            channel.force(true);
        }
        return new SegmentFile(name, size, (int) checksum.getValue());
    }

    /** Copies a file and computes its checksum on the way. */
    private static SegmentFile copy(java.nio.file.Path from, String name, OutputStream out) throws IOException {
        var checksum = new CRC32C();
        long size = 0;
        try (InputStream in = Files.newInputStream(from)) {
            var buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                checksum.update(buffer, 0, n);
                out.write(buffer, 0, n);
                size += n;
            }
        }
        return new SegmentFile(name, size, (int) checksum.getValue());
    }
}
