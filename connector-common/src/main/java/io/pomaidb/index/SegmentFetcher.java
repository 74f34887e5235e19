package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.Path;

/** Copies a segment's files to the local disk, and checks local copies: size and CRC32C have to be the snapshot's. */
final class SegmentFetcher {
    private static final int BUFFER_BYTES = 1 << 20;

    private SegmentFetcher() {}

    /**
     * Fetches all files of a segment.
     *
     * @param local directory to fill, existing
     * @throws DataException if a file is missing, of another size or damaged; it names the remote file
     */
    static void fetch(PomaiIndex index, Segment segment, java.nio.file.Path local) throws IOException {
        for (SegmentFile file : segment.files()) {
            java.nio.file.Path target = local.resolve(file.name());
            Files.createDirectories(target.getParent());
            Path remote = new Path(index.directoryOf(segment), file.name());
            try (InputStream in = index.fileSystem().open(remote);
                    OutputStream out = Files.newOutputStream(target)) {
                check(remote.toString(), file, in, out);
            } catch (FileNotFoundException e) {
                throw new DataException(
                        "Cannot read segment file " + remote
                                + ": it does not exist (the snapshot lists it: restore it, or write the index again)",
                        e);
            }
        }
    }

    /** Whether {@code local} holds all files of the segment unchanged. */
    static boolean isIntact(Segment segment, java.nio.file.Path local) throws IOException {
        for (SegmentFile file : segment.files()) {
            java.nio.file.Path copy = local.resolve(file.name());
            if (!Files.isRegularFile(copy) || Files.size(copy) != file.size()) {
                return false;
            }
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
        if (size != file.size()) {
            throw new DataException("Cannot use segment file " + name + ": it has "
                    + (size > file.size() ? "more than " + file.size() : size) + " bytes (the snapshot says "
                    + file.size() + ": restore the file, or write the index again)");
        }
        if ((int) checksum.getValue() != file.crc32c()) {
            throw new DataException("Cannot use segment file " + name + ": its CRC32C is "
                    + hex((int) checksum.getValue()) + " (the snapshot says " + hex(file.crc32c())
                    + ": the file is damaged; restore it, or write the index again)");
        }
    }

    private static String hex(int checksum) {
        return HexFormat.of().toHexDigits(checksum);
    }
}
