package io.pomaidb.index;

import io.pomaidb.config.PathSecrets;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.payload.PayloadFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * An index at a path of a Hadoop file system, which may not exist yet. Immutable and safe for any number of threads; the
 * state of the index is read anew by each call. Every method throws {@link IOException} when the file system fails,
 * {@link ConfigurationException} when the path holds something that is no index, and
 * {@link io.pomaidb.error.DataException} when a snapshot cannot be read.
 */
public final class PomaiIndex {
    private static final int MAX_LISTINGS = 10;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private final Path path;
    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final SnapshotFiles snapshots;
    private final History history;
    private final TombstoneFiles tombstones;

    private PomaiIndex(Path path, Configuration configuration, FileSystem fileSystem) {
        this.path = path;
        this.configuration = configuration;
        this.fileSystem = fileSystem;
        this.snapshots = new SnapshotFiles(fileSystem, path);
        this.history = new History(this, snapshots);
        this.tombstones = new TombstoneFiles(this);
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

    /** The Hadoop configuration that it was opened with, which is not to be changed. It may hold secrets. */
    public Configuration configuration() {
        return configuration;
    }

    /** The path with scheme and authority. */
    public Path path() {
        return path;
    }

    /** The snapshot that readers see now; empty if no write has been committed yet. */
    public Optional<Snapshot> latest() throws IOException {
        for (int attempt = 1; ; attempt++) {
            List<Long> versions = snapshots.versions();
            try {
                return versions.isEmpty()
                        ? Optional.empty()
                        : Optional.of(snapshots.read(versions.get(versions.size() - 1)));
            } catch (FileNotFoundException e) {
                // Others committed after the listing, and a vacuum that keeps nothing deleted what was listed.
                if (attempt == MAX_LISTINGS) {
                    throw e;
                }
            }
        }
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
        return history.read(version);
    }

    /** All versions whose snapshots are there, ascending. */
    public List<Long> versions() throws IOException {
        return snapshots.versions();
    }

    /** The versions that can be read and have not expired, ascending; empty if there is no index. */
    public List<SnapshotInfo> snapshots() throws IOException {
        return history.list();
    }

    /**
     * The snapshot that readers saw at a time.
     *
     * @throws ConfigurationException if there is none that old, or no index
     */
    public Snapshot snapshot(Instant time) throws IOException {
        return history.read(time);
    }

    /**
     * The snapshot that a tag names.
     *
     * @throws ConfigurationException if there is no such tag, or no index
     */
    public Snapshot snapshot(String tag) throws IOException {
        return history.read(tag);
    }

    /**
     * The snapshot that options {@code version} and {@code timestamp} ask for, or else the newest.
     *
     * @throws ConfigurationException if there is no such version, no version that old, no such tag, or no index
     */
    public Snapshot snapshot(PomaiOptions options) throws IOException {
        if (options.timestamp().isPresent()) {
            return snapshot(options.timestamp().get());
        }
        Optional<String> version = options.version();
        if (version.isEmpty()) {
            return latestExisting();
        }
        return NUMBER.matcher(version.get()).matches()
                ? snapshot(Long.parseLong(version.get()))
                : snapshot(version.get());
    }

    /**
     * Commits a new snapshot with the rows and parameters of an earlier version. Like an overwrite it replaces all that
     * the index holds at the commit. What streams have committed stays committed: none of it is written again.
     *
     * @throws ConfigurationException if the version does not exist or has expired; nothing became visible
     */
    public Snapshot rollback(long version) throws IOException {
        return history.rollback(version);
    }

    /**
     * Gives a version a name, which also keeps it from expiring. To repeat it changes nothing.
     *
     * @param name up to 100 letters, digits, {@code .}, {@code _} and {@code -}
     * @throws ConfigurationException if the version does not exist or has expired, or the name is another version's
     */
    public Snapshot tag(String name, long version) throws IOException {
        return history.tag(name, version);
    }

    /** Removes a tag, after which its version expires as others do. That there is none is no error. */
    public Snapshot untag(String name) throws IOException {
        return history.untag(name);
    }

    /**
     * Deletes rows by id, those of all commits that came before this one's commit. Ids that the index does not have are no
     * error.
     *
     * @return the snapshot without the rows
     * @throws ConfigurationException if there is no index
     * @throws CommitConflictException if others commit too often; nothing became visible
     * @throws CommitStateUnknownException if it cannot be told whether the commit happened
     */
    public Snapshot delete(long... ids) throws IOException {
        return delete(Roaring64Bitmap.bitmapOf(ids), Optional.empty());
    }

    /**
     * As {@link #delete(long...)}.
     *
     * @param transaction makes the commit idempotent: if the index holds it already, nothing is committed
     */
    public Snapshot delete(Roaring64Bitmap ids, Optional<Transaction> transaction) throws IOException {
        return new Deletion(this, ids, transaction).commit();
    }

    /**
     * Expires old versions, and deletes the files that no retained version lists: those of expired versions at once,
     * those that nobody has heard of after a grace period, because a running job may be about to commit them.
     */
    public VacuumReport vacuum(VacuumOptions options) throws IOException {
        return new Vacuum(this, snapshots, options).run();
    }

    /**
     * The segments of a shard that have rows, newest first, each with the ids that newer tombstones delete from it.
     *
     * @throws io.pomaidb.error.DataException if tombstones are missing or damaged
     */
    public List<ShardSegment> segmentsOf(Snapshot snapshot, int shard) throws IOException {
        return tombstones.segmentsOf(snapshot, shard);
    }

    /**
     * The ids that a segment deletes from older ones. Not to be changed.
     *
     * @throws io.pomaidb.error.DataException if they are missing or damaged
     */
    public Roaring64Bitmap tombstones(Segment segment) throws IOException {
        return tombstones.read(segment);
    }

    /**
     * The centroids that tell the rows' shards; empty where the hash of the id tells them.
     *
     * @throws io.pomaidb.error.DataException if they are missing or damaged
     */
    public Optional<Centroids> centroids(IndexParameters parameters) throws IOException {
        return parameters.routing().isByCluster()
                ? Optional.of(Centroids.read(fileSystem, snapshots.directory(), parameters))
                : Optional.empty();
    }

    /** Stores centroids for a snapshot that is to route by them. Until a commit names them nobody sees them. */
    public Routing publish(Centroids centroids) throws IOException {
        return new Routing(centroids.write(fileSystem, snapshots.directory()));
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
        return SegmentFetcher.problems(this, segment, segment.files());
    }

    /** As {@link #checkFiles}, of the files that the engine does not read. */
    public List<String> checkOtherFiles(Segment segment) {
        var others = new ArrayList<>(segment.files());
        others.removeAll(segment.engineFiles());
        return SegmentFetcher.problems(this, segment, others);
    }

    /** Whether all files of a segment are there, whatever is in them. */
    public boolean hasFiles(Segment segment) throws IOException {
        for (SegmentFile file : segment.files()) {
            if (!fileSystem.exists(new Path(directoryOf(segment), file.name()))) {
                return false;
            }
        }
        return true;
    }

    FileSystem fileSystem() {
        return fileSystem;
    }

    /** Opens a file of a segment, unless a link leads out of the index. */
    FSDataInputStream open(Path file) throws IOException {
        LocalLinks.refuse(fileSystem, path, file);
        return fileSystem.open(file);
    }

    /**
     * The file with the payload of a segment's rows; empty where it has none, and all columns are null.
     *
     * @throws io.pomaidb.error.DataException if it is a link out of the index
     */
    public Optional<PayloadFile> payload(Segment segment) {
        for (SegmentFile file : segment.files()) {
            if (file.name().equals(PayloadFile.NAME)) {
                var payload = new Path(directoryOf(segment), file.name());
                LocalLinks.refuse(fileSystem, path, payload);
                return Optional.of(new PayloadFile(fileSystem, payload, file.size(), segment.rows()));
            }
        }
        return Optional.empty();
    }

    Path directoryOf(Segment segment) {
        return new Path(path, segment.directory());
    }
}
