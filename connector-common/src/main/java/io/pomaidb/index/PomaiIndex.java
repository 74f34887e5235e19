package io.pomaidb.index;

import io.pomaidb.config.PathSecrets;
import io.pomaidb.error.ConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * An index at a path of a Hadoop file system, which may not exist yet. Immutable and safe for any number of threads; the
 * state of the index is read anew by each call. Every method throws {@link IOException} when the file system fails,
 * {@link ConfigurationException} when the path holds something that is no index, and
 * {@link io.pomaidb.error.DataException} when a snapshot cannot be read.
 */
public final class PomaiIndex {
    private final Path path;
    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final SnapshotFiles snapshots;

    private PomaiIndex(Path path, Configuration configuration, FileSystem fileSystem) {
        this.path = path;
        this.configuration = configuration;
        this.fileSystem = fileSystem;
        this.snapshots = new SnapshotFiles(fileSystem, path);
    }

    /**
     * The index at {@code path}. Nothing is read or created.
     *
     * @throws ConfigurationException if the path holds a password, which errors and logs would show
     */
    public static PomaiIndex at(Path path, Configuration configuration) throws IOException {
        if (PathSecrets.isIn(path.toString())) {
            throw new ConfigurationException("Cannot open index " + PathSecrets.masked(path.toString())
                    + ": its path holds a password (accepted: credentials in the Hadoop configuration)");
        }
        FileSystem fileSystem = path.getFileSystem(configuration);
        Path qualified = fileSystem.makeQualified(path);
        if (fileSystem instanceof LocalFileSystem local) {
            // The wrapper would put a .crc file beside each file; the snapshot has checksums of its own.
            fileSystem = local.getRawFileSystem();
        }
        return new PomaiIndex(qualified, configuration, fileSystem);
    }

    /** The path with scheme and authority. */
    public Path path() {
        return path;
    }

    /** The snapshot that readers see now; empty if no write has been committed yet. */
    public Optional<Snapshot> latest() throws IOException {
        List<Long> versions = snapshots.versions();
        return versions.isEmpty() ? Optional.empty() : Optional.of(snapshots.read(versions.get(versions.size() - 1)));
    }

    /**
     * The snapshot that readers see now.
     *
     * @throws ConfigurationException if there is no index
     */
    public Snapshot latestExisting() throws IOException {
        return latest().orElseThrow(() -> new ConfigurationException(
                "Cannot read index " + path + ": there is none (write one there first, or change path)"));
    }

    /**
     * The snapshot of one version.
     *
     * @throws ConfigurationException if the index does not have it
     */
    public Snapshot snapshot(long version) throws IOException {
        try {
            return snapshots.read(version);
        } catch (FileNotFoundException e) {
            throw new ConfigurationException(
                    "Cannot read index " + path + ": it has no version " + version + " (it has: " + versions() + ")",
                    e);
        }
    }

    /** All versions that can be read, ascending. */
    public List<Long> versions() throws IOException {
        return snapshots.versions();
    }

    /**
     * Commits a change as one new snapshot, atomically between all processes that write to the index. When another
     * commit comes first, the change is made anew on that commit's snapshot.
     *
     * @return the snapshot that holds the change: the new one, or the current one if it held the change already
     * @throws CommitConflictException if the change cannot be made on another writer's snapshot, or others came first too
     *     often; nothing became visible
     * @throws CommitStateUnknownException if it cannot be told whether the snapshot exists; after any other exception it
     *     does not
     */
    public Snapshot commit(SnapshotUpdate update) throws IOException {
        CommitStore store = CommitStores.of(fileSystem, path, configuration);
        return new CommitLoop(this, snapshots, store).commit(update);
    }

    /**
     * Reads all files of a segment from the index, and holds sizes and checksums against the snapshot.
     *
     * @return for each file that is not what the snapshot says, what is wrong with it
     */
    public List<String> checkFiles(Segment segment) {
        return SegmentFetcher.problems(this, segment);
    }

    FileSystem fileSystem() {
        return fileSystem;
    }

    Path directoryOf(Segment segment) {
        return new Path(path, segment.directory());
    }
}
