package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Keeps symbolic links in an index on the local disk from leading readers to files that are none of the index's. */
final class LocalLinks {
    private LocalLinks() {}

    /**
     * Refuses a file that is a link out of the index, lies behind one, or is no regular file. One that is not there is left
     * to whoever opens it, and on other file systems there is nothing to look at.
     *
     * @throws DataException if so; it names the file
     * @throws UncheckedIOException if it cannot be told
     */
    static void refuse(FileSystem fileSystem, Path index, Path file) {
        if (fileSystem instanceof RawLocalFileSystem local) {
            try {
                real(local, index, file);
            } catch (NoSuchFileException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot look where " + file + " leads", e);
            }
        }
    }

    /** Where a file of an index really is; as {@link #refuse}, but for one that is not there. */
    static java.nio.file.Path real(RawLocalFileSystem fileSystem, Path index, Path file) throws IOException {
        java.nio.file.Path inside = fileSystem.pathToFile(index).toPath().toRealPath();
        java.nio.file.Path real = fileSystem.pathToFile(file).toPath().toRealPath();
        if (!real.startsWith(inside) || !Files.isRegularFile(real)) {
            throw new DataException("Cannot use segment file " + file + ": it is " + real
                    + " (accepted: a file in the folder of the index)");
        }
        return real;
    }
}
