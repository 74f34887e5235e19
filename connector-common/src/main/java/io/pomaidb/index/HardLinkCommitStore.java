package io.pomaidb.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Commits on a local or locally mounted file system: the whole file under a temporary name, on disk, then a hard link,
 * which the kernel refuses when the name is taken. A rename would replace the other's commit silently.
 */
final class HardLinkCommitStore implements CommitStore {
    private final RawLocalFileSystem fileSystem;

    HardLinkCommitStore(RawLocalFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    @Override
    public void putIfAbsent(Path file, byte[] content) throws IOException {
        var target = fileSystem.pathToFile(file).toPath();
        var directory = target.getParent();
        Files.createDirectories(directory);
        var temporary = directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                var buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            link(target, temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
        LocalDirectories.sync(directory);
    }

    private static void link(java.nio.file.Path target, java.nio.file.Path temporary) throws IOException {
        try {
            Files.createLink(target, temporary);
        } catch (FileAlreadyExistsException e) {
            var taken = new org.apache.hadoop.fs.FileAlreadyExistsException(target.toString());
            taken.initCause(e);
            throw taken;
        } catch (UnsupportedOperationException e) {
            throw new IOException(
                    "Cannot commit to " + target + ": its file system has no hard links (use one that has, or HDFS)",
                    e);
        }
    }
}
