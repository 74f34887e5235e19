package io.pomaidb.index;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** The files in an index's folder, whoever wrote them and whether a snapshot lists them or not. */
final class IndexFiles {
    private static final int MAX_LISTINGS = 10;
    private static final Pattern SEGMENT_FILE =
            Pattern.compile("(" + Segment.DATA + "/shard=\\d{5}/" + SnapshotReader.UUID_TEXT.pattern() + ")/.+");

    private final FileSystem fileSystem;
    private final Path index;

    IndexFiles(FileSystem fileSystem, Path index) {
        this.fileSystem = fileSystem;
        this.index = index;
    }

    /**
     * A file.
     *
     * @param name relative to the index
     * @param directory of its segment, relative to the index; empty if it is none of a segment's files
     */
    record Found(String name, String directory, long bytes, long modifiedMillis) {}

    /** The files of all segments. Others below the data folder are not ours, and left out. */
    List<Found> segmentFiles() throws IOException {
        var found = new ArrayList<Found>();
        for (FileStatus shard : list(new Path(index, Segment.DATA))) {
            if (shard.isDirectory()) {
                found.addAll(filesBelow(shard.getPath()));
            }
        }
        return found;
    }

    private List<Found> filesBelow(Path shard) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                var found = new ArrayList<Found>();
                RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(shard, true);
                while (files.hasNext()) {
                    LocatedFileStatus file = files.next();
                    String name = relative(file.getPath());
                    var matcher = SEGMENT_FILE.matcher(name);
                    if (matcher.matches()) {
                        found.add(new Found(name, matcher.group(1), file.getLen(), file.getModificationTime()));
                    }
                }
                return found;
            } catch (FileNotFoundException e) {
                // A writer that gave up deletes its files in the middle of the listing.
                if (attempt == MAX_LISTINGS) {
                    throw e;
                }
            }
        }
    }

    /** The files beside the snapshots, and the snapshots. */
    List<Found> snapshotFiles() throws IOException {
        var found = new ArrayList<Found>();
        for (FileStatus file : list(new Path(index, SnapshotFiles.DIRECTORY))) {
            if (file.isFile()) {
                found.add(new Found(relative(file.getPath()), "", file.getLen(), file.getModificationTime()));
            }
        }
        return found;
    }

    private String relative(Path path) {
        String top = index.toUri().getPath();
        String full = path.toUri().getPath();
        int start = top.endsWith("/") ? top.length() : top.length() + 1;
        return full.substring(start);
    }

    private List<FileStatus> list(Path directory) throws IOException {
        try {
            return List.of(fileSystem.listStatus(directory));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }
}
