package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;

/** Small files that a snapshot names with size and checksum, written and read whole. */
final class SideFiles {
    private SideFiles() {}

    /** Writes a file that nobody has heard of yet, durably. */
    static SegmentFile write(FileSystem fileSystem, Path file, byte[] content) throws IOException {
        try (FSDataOutputStream out = fileSystem.create(file, false)) {
            out.write(content);
            // Object stores have no such capability: there, close() is what makes the file durable.
            if (out.hasCapability(StreamCapabilities.HSYNC)) {
                out.hsync();
            }
        }
        if (fileSystem instanceof RawLocalFileSystem local) {
            LocalDirectories.sync(local.pathToFile(file.getParent()).toPath());
        }
        return new SegmentFile(file.getName(), content.length, checksum(content));
    }

    /**
     * Reads a file.
     *
     * @param maxBytes more are not read, whatever the snapshot says
     * @throws DataException if it is missing, too large, or not what the snapshot says
     */
    static byte[] read(FileSystem fileSystem, Path path, SegmentFile file, int maxBytes) throws IOException {
        if (file.size() > maxBytes) {
            throw new DataException("Cannot read " + path + ": the snapshot says that it has " + file.size()
                    + " bytes (accepted: up to " + maxBytes + ")");
        }
        byte[] content;
        try (FSDataInputStream in = fileSystem.open(path)) {
            // One byte more than expected, to notice a file that grew.
            content = in.readNBytes((int) file.size() + 1);
        } catch (FileNotFoundException e) {
            throw new DataException(
                    "Cannot read " + path + ": it does not exist (the snapshot names it: restore it)", e);
        }
        if (content.length != file.size()) {
            throw new DataException("Cannot read " + path + ": it has "
                    + (content.length > file.size() ? "more than " + file.size() : content.length)
                    + " bytes (the snapshot says " + file.size() + ": restore it)");
        }
        if (checksum(content) != file.crc32c()) {
            throw new DataException("Cannot read " + path + ": its CRC32C is "
                    + HexFormat.of().toHexDigits(checksum(content)) + " (the snapshot says "
                    + HexFormat.of().toHexDigits(file.crc32c()) + ": the file is damaged; restore it)");
        }
        return content;
    }

    private static int checksum(byte[] content) {
        var checksum = new CRC32C();
        checksum.update(content);
        return (int) checksum.getValue();
    }
}
