package io.pomaidb.index;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/** The snapshot files of one index: their names, the listing and the reading, and what else may stand in the folder. */
final class SnapshotFiles {
    static final String DIRECTORY = "_pomai";
    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.json");
    private static final Pattern SHARD = Pattern.compile("shard=\\d{5}");
    private static final int MAX_BYTES = 32 << 20;

    /** Far from what a long can count to, so that the version after any version is one. */
    static final long MAX_VERSION = 999_999_999_999_999_999L;

    private final FileSystem fileSystem;
    private final Path index;
    private final SegmentLists lists;

    SnapshotFiles(FileSystem fileSystem, Path index) {
        this.fileSystem = fileSystem;
        this.index = index;
        this.lists = new SegmentLists(fileSystem, directory());
    }

    /** The files that list segments for many snapshots. */
    SegmentLists lists() {
        return lists;
    }

    Path directory() {
        return new Path(index, DIRECTORY);
    }

    Path file(long version) {
        return new Path(directory(), String.format(Locale.ROOT, "%020d.json", version));
    }

    /** All versions, ascending; empty if the folder is absent, empty, or holds only what a failed first write left. */
    List<Long> versions() throws IOException {
        FileStatus[] statuses;
        try {
            statuses = fileSystem.listStatus(directory());
        } catch (FileNotFoundException e) {
            if (!refuseOtherContent()) {
                return List.of();
            }
            // Between the two listings another writer made the first commit.
            statuses = fileSystem.listStatus(directory());
        }
        var versions = new ArrayList<Long>();
        for (FileStatus status : statuses) {
            var matcher = NAME.matcher(status.getPath().getName());
            if (status.isFile() && matcher.matches()) {
                versions.add(versionOf(matcher.group(1), status.getPath()));
            }
        }
        versions.sort(Comparator.naturalOrder());
        return versions;
    }

    private static long versionOf(String digits, Path file) {
        // Twenty digits can be more than a long holds.
        if (new BigInteger(digits).compareTo(BigInteger.valueOf(MAX_VERSION)) > 0) {
            throw new DataException("Cannot list the snapshots of an index: file " + file + " is none (accepted: up to "
                    + MAX_VERSION + ".json)");
        }
        return Long.parseLong(digits);
    }

    /** Refuses to write what nobody could read. */
    static byte[] checked(Path file, byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new DataException(
                    "Cannot write snapshot " + file + ": it has " + json.length + " bytes (accepted: up to " + MAX_BYTES
                            + "; the applications in transactions or the tags are too many)");
        }
        return json;
    }

    Snapshot read(long version) throws IOException {
        Path file = file(version);
        byte[] json;
        LocalLinks.refuse(fileSystem, index, file);
        try (FSDataInputStream in = fileSystem.open(file)) {
            // One byte more than accepted, whatever length the file system claims.
            json = in.readNBytes(MAX_BYTES + 1);
        }
        if (json.length > MAX_BYTES) {
            throw new DataException("Cannot read snapshot " + file + ": it is longer than " + MAX_BYTES
                    + " bytes (compact the index to fewer segments)");
        }
        // A newer format may end differently, and that it is newer is the better thing to say.
        SnapshotReader.refuseNewer(file.toString(), json);
        return SnapshotReader.fromJson(file.toString(), version, SnapshotSeal.open(file.toString(), json), lists);
    }

    /**
     * A first write that failed leaves {@code data/shard=…} and no snapshot; anything else is not ours to write to. Whether
     * there are snapshots after all.
     */
    private boolean refuseOtherContent() throws IOException {
        FileStatus[] statuses;
        try {
            FileStatus status = fileSystem.getFileStatus(index);
            if (!status.isDirectory()) {
                throw new ConfigurationException("Cannot open index " + index
                        + ": it is a file (accepted: the folder of an index, or one that is empty or absent)");
            }
            statuses = fileSystem.listStatus(index);
        } catch (FileNotFoundException e) {
            refuseFileAbove();
            return false;
        }
        for (FileStatus status : statuses) {
            if (status.getPath().getName().equals(DIRECTORY)) {
                return true;
            }
        }
        for (FileStatus status : statuses) {
            if (!status.isDirectory()
                    || !status.getPath().getName().equals(Segment.DATA)
                    || !isShards(status.getPath())) {
                throw new ConfigurationException("Cannot open index " + index + ": it holds "
                        + status.getPath().getName() + " and no " + DIRECTORY
                        + " (accepted: the folder of an index, or one that is empty or absent)");
            }
        }
        return false;
    }

    /** An index below a file can never be made, which is better said before tasks have built it. */
    private void refuseFileAbove() throws IOException {
        for (Path above = index.getParent(); above != null; above = above.getParent()) {
            try {
                if (fileSystem.getFileStatus(above).isDirectory()) {
                    return;
                }
            } catch (FileNotFoundException e) {
                continue;
            } catch (AccessControlException e) {
                // Whoever may write below a folder need not be allowed to look at it.
                return;
            }
            throw new ConfigurationException("Cannot open index " + index + ": option path leads through the file "
                    + above + " (accepted: a path below folders)");
        }
    }

    private boolean isShards(Path data) throws IOException {
        for (FileStatus status : fileSystem.listStatus(data)) {
            if (!status.isDirectory()
                    || !SHARD.matcher(status.getPath().getName()).matches()) {
                return false;
            }
        }
        return true;
    }
}
