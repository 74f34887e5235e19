package io.pomaidb.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Makes the names of segments' files survive a power cut, which on a local disk takes more than writing the files. Once
 * a commit rather than once an upload: the first directory has the disk write its journal, and the others find it
 * written.
 */
final class LocalNames {
    private LocalNames() {}

    /** Does nothing on other file systems, where a closed file has its name for good. */
    static void sync(PomaiIndex index, Collection<Segment> segments) throws IOException {
        if (index.fileSystem() instanceof RawLocalFileSystem local) {
            Path top = local.pathToFile(index.path()).toPath();
            var directories = new LinkedHashSet<Path>();
            for (Segment segment : segments) {
                Path own = local.pathToFile(index.directoryOf(segment)).toPath();
                addUpTo(top, own, directories);
                for (SegmentFile file : segment.files()) {
                    addUpTo(own, own.resolve(file.name()).getParent(), directories);
                }
            }
            for (Path directory : directories) {
                if (Files.isDirectory(directory)) {
                    LocalDirectories.sync(directory);
                }
            }
        }
    }

    private static void addUpTo(Path top, Path from, Set<Path> directories) {
        for (Path directory = from; directory.startsWith(top) && directories.add(directory); ) {
            directory = directory.getParent();
        }
    }
}
