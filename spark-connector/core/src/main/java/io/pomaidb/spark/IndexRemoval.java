package io.pomaidb.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Deletes an index: all that is its own in its folder, and the folder if nothing else is in it. */
final class IndexRemoval {
    /** The folder whose files make a folder an index. */
    static final String SNAPSHOTS = "_pomai";

    private static final String DATA = "data";

    private IndexRemoval() {}

    /** Deletes the index; false if there is none. */
    static boolean remove(IndexLocation location) {
        if (location.latest().isEmpty()) {
            return false;
        }
        Path folder = location.index().path();
        try {
            FileSystem fileSystem = folder.getFileSystem(location.configuration());
            // From here on it is no index, whatever happens to the rest.
            fileSystem.delete(new Path(folder, SNAPSHOTS), true);
            fileSystem.delete(new Path(folder, DATA), true);
            if (fileSystem.listStatus(folder).length == 0) {
                fileSystem.delete(folder, false);
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete index " + folder, e);
        }
    }
}
