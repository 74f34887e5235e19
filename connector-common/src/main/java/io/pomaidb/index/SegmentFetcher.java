package io.pomaidb.index;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.pomaidb.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Copies or links a segment's files into the cache, and checks them: size and CRC32C have to be the snapshot's. */
final class SegmentFetcher {
    private static final int BUFFER_BYTES = 1 << 20;

    private SegmentFetcher() {}

    /**
     * Fetches all files of a segment. Writes to no file that is there, which might be a link into the index.
     *
     * @param local directory to fill, existing
     * @return the bytes of these files
     * @throws DataException if a file is missing, of another size or damaged; it names the remote file
     */
    static long fetch(PomaiIndex index, Segment segment, java.nio.file.Path local) throws IOException {
        long bytes = 0;
        for (SegmentFile file : segment.engineFiles()) {
            java.nio.file.Path target = local.resolve(file.name());
            Files.createDirectories(target.getParent());
            Path remote = new Path(index.directoryOf(segment), file.name());
            try (InputStream in = index.open(remote);
                    OutputStream out = Files.newOutputStream(target, CREATE_NEW, WRITE)) {
                check(remote.toString(), file, in, out);
                bytes += file.size();
            } catch (FileNotFoundException e) {
                throw missing(remote.toString(), e);
            }
        }
        return bytes;
    }

    private static DataException missing(String name, IOException cause) {
        return new DataException(
                "Cannot read segment file " + name
                        + ": it does not exist (the snapshot lists it: restore it, or write the index again)",
                cause);
    }

    /**
     * Holds the sizes of the remote files against the snapshot, before room is made for them and they are fetched.
     *
     * @throws DataException if a file is missing or of another size; it names the remote file
     */
    static void checkSizes(PomaiIndex index, Segment segment) throws IOException {
        for (SegmentFile file : segment.engineFiles()) {
            Path remote = new Path(index.directoryOf(segment), file.name());
            try {
                checkSize(
                        remote.toString(),
                        file,
                        index.fileSystem().getFileStatus(remote).getLen());
            } catch (FileNotFoundException e) {
                throw missing(remote.toString(), e);
            }
        }
    }

    /** What is wrong with files of a segment, a text for each file. */
    static List<String> problems(PomaiIndex index, Segment segment, List<SegmentFile> files) {
        var problems = new ArrayList<String>();
        for (SegmentFile file : files) {
            Path remote = new Path(index.directoryOf(segment), file.name());
            try (InputStream in = index.open(remote)) {
                check(remote.toString(), file, in, OutputStream.nullOutputStream());
            } catch (DataException e) {
                problems.add(e.getMessage());
            } catch (FileNotFoundException e) {
                problems.add(missing(remote.toString(), e).getMessage());
            } catch (IOException e) {
                problems.add("Cannot read segment file " + remote + ": " + e);
            }
        }
        return problems;
    }

    /** Whether the segment's files lie on this machine, where they can be mapped. */
    static boolean isLocal(PomaiIndex index) {
        // Not a subclass: whatever that does with files, a link would go around it.
        return index.fileSystem().getClass() == RawLocalFileSystem.class;
    }

    /**
     * Makes links to the files of a segment on this machine, after checking them.
     *
     * @param local directory to fill, existing
     * @throws DataException if a file is missing, of another size, damaged, or a link out of the index; it names the file
     */
    static void link(PomaiIndex index, Segment segment, java.nio.file.Path local) throws IOException {
        var fileSystem = (RawLocalFileSystem) index.fileSystem();
        for (SegmentFile file : segment.engineFiles()) {
            Path named = new Path(index.directoryOf(segment), file.name());
            java.nio.file.Path target = local.resolve(file.name());
            Files.createDirectories(target.getParent());
            try {
                java.nio.file.Path real = LocalLinks.real(fileSystem, index.path(), named);
                try (InputStream in = Files.newInputStream(real)) {
                    check(named.toString(), file, in, OutputStream.nullOutputStream());
                }
                Files.createSymbolicLink(target, real);
            } catch (NoSuchFileException e) {
                throw missing(named.toString(), e);
            }
        }
    }

    /** What a segment that consists of local files would list one of them as. */
    static SegmentFile describe(java.nio.file.Path local, java.nio.file.Path file) throws IOException {
        var checksum = new CRC32C();
        try (var in = new CheckedInputStream(Files.newInputStream(file), checksum)) {
            long size = in.transferTo(OutputStream.nullOutputStream());
            String name = local.relativize(file).toString().replace(java.io.File.separatorChar, '/');
            return new SegmentFile(name, size, (int) checksum.getValue());
        }
    }

    /** Whether {@code local} has all files of the segment in their sizes. */
    static boolean isComplete(Segment segment, java.nio.file.Path local) throws IOException {
        for (SegmentFile file : segment.engineFiles()) {
            java.nio.file.Path copy = local.resolve(file.name());
            if (!Files.isRegularFile(copy) || Files.size(copy) != file.size()) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code local} holds all files of the segment unchanged. */
    static boolean isIntact(Segment segment, java.nio.file.Path local) throws IOException {
        if (!isComplete(segment, local)) {
            return false;
        }
        for (SegmentFile file : segment.engineFiles()) {
            java.nio.file.Path copy = local.resolve(file.name());
            try (InputStream in = Files.newInputStream(copy)) {
                check(copy.toString(), file, in, OutputStream.nullOutputStream());
            } catch (DataException e) {
                return false;
            }
        }
        return true;
    }

    private static void check(String name, SegmentFile file, InputStream in, OutputStream out) throws IOException {
        var checksum = new CRC32C();
        long size = 0;
        var buffer = new byte[BUFFER_BYTES];
        // Stops beyond the expected size, so that a file that grew cannot fill the disk.
        for (int n = in.read(buffer); n >= 0 && size <= file.size(); n = in.read(buffer)) {
            checksum.update(buffer, 0, n);
            out.write(buffer, 0, n);
            size += n;
        }
        checkSize(name, file, size);
        if ((int) checksum.getValue() != file.crc32c()) {
            throw new DataException("Cannot use segment file " + name + ": its CRC32C is "
                    + hex((int) checksum.getValue()) + " (the snapshot says " + hex(file.crc32c())
                    + ": the file is damaged; restore it, or write the index again)");
        }
    }

    private static void checkSize(String name, SegmentFile file, long size) {
        if (size != file.size()) {
            throw new DataException("Cannot use segment file " + name + ": it has "
                    + (size > file.size() ? "more than " + file.size() : size) + " bytes (the snapshot says "
                    + file.size() + ": restore the file, or write the index again)");
        }
    }

    private static String hex(int checksum) {
        return HexFormat.of().toHexDigits(checksum);
    }
}
