package io.pomaidb.index;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what no reader may need any more. Versions expire by a commit, before anything is deleted: so a rollback or a
 * tag, which are commits as well, comes either before it and is respected, or after it and is refused.
 */
final class Vacuum {
    private static final Logger LOG = LoggerFactory.getLogger(Vacuum.class);
    private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.tmp(\\.crc)?");

    private final PomaiIndex index;
    private final SnapshotFiles snapshots;
    private final VacuumOptions options;
    private final IndexFiles files;
    private final long now = System.currentTimeMillis();

    /** Files that retained versions list, and those that only expired ones do, relative to the index. */
    private final Set<String> needed = new HashSet<>();

    private final Set<String> expiredFiles = new HashSet<>();
    private final TreeSet<Long> expired = new TreeSet<>();

    Vacuum(PomaiIndex index, SnapshotFiles snapshots, VacuumOptions options) {
        this.index = index;
        this.snapshots = snapshots;
        this.options = options;
        this.files = new IndexFiles(index.fileSystem(), index.path());
    }

    VacuumReport run() throws IOException {
        Optional<Snapshot> latest = index.latest();
        // Listed before the snapshots: what a commit lists meanwhile is then found to be needed.
        List<IndexFiles.Found> segmentFiles = files.segmentFiles();
        List<IndexFiles.Found> snapshotFiles = files.snapshotFiles();
        if (latest.isPresent()) {
            long oldest = oldestToKeep(latest.get());
            look(expire(latest.get(), oldest), oldest);
        }
        var deleted = new TreeSet<String>();
        long bytes = 0;
        int kept = 0;
        Map<String, Long> youngest = new HashMap<>();
        segmentFiles.forEach(file -> youngest.merge(file.directory(), file.modifiedMillis(), Math::max));
        var candidates = new ArrayList<>(segmentFiles);
        snapshotFiles.stream().filter(this::isSideFile).forEach(candidates::add);
        for (IndexFiles.Found file : candidates) {
            if (needed.contains(file.name())) {
                continue;
            }
            long written = youngest.getOrDefault(file.directory(), file.modifiedMillis());
            if (expiredFiles.contains(file.name())
                    || written <= now - options.grace().toMillis()) {
                deleted.add(file.name());
                bytes += file.bytes();
            } else {
                kept++;
            }
        }
        if (!options.dryRun()) {
            delete(deleted);
        }
        return new VacuumReport(List.copyOf(expired), List.copyOf(deleted), bytes, kept, options.dryRun());
    }

    /** The first version that retention and number of versions keep. */
    private long oldestToKeep(Snapshot latest) throws IOException {
        long byNumber = latest.version() - options.keepVersions() + 1;
        long oldest = latest.oldestVersion();
        long cutoff = now - options.retention().toMillis();
        while (oldest < Math.min(byNumber, latest.version())) {
            // Readers saw a version until the next one was committed.
            if (timestamp(oldest + 1, latest) > cutoff) {
                break;
            }
            oldest++;
        }
        return oldest;
    }

    private long timestamp(long version, Snapshot latest) throws IOException {
        return version == latest.version()
                ? latest.timestampMillis()
                : snapshots.read(version).timestampMillis();
    }

    /** Has versions expire, and gives the latest snapshot, by which they have. */
    private Snapshot expire(Snapshot latest, long oldest) throws IOException {
        if (options.dryRun() || oldest <= latest.oldestVersion()) {
            return latest;
        }
        return index.commit(current -> current.filter(snapshot -> snapshot.oldestVersion() < oldest)
                .map(snapshot -> snapshot.keep("expire", oldest, snapshot.tags())));
    }

    /** Looks at every version that is there. */
    private void look(Snapshot latest, long oldest) throws IOException {
        for (long version : snapshots.versions()) {
            boolean keep = version >= Math.max(oldest, latest.oldestVersion())
                    || latest.tags().containsValue(version);
            try {
                Snapshot snapshot = version == latest.version() ? latest : snapshots.read(version);
                add(snapshot, keep ? needed : expiredFiles);
            } catch (FileNotFoundException e) {
                LOG.debug("Another vacuum deleted version {} of index {}", version, index.path(), e);
                continue;
            }
            if (!keep) {
                expired.add(version);
            }
        }
    }

    private void add(Snapshot snapshot, Set<String> names) {
        for (Segment segment : snapshot.segments()) {
            for (SegmentFile file : segment.files()) {
                names.add(segment.directory() + "/" + file.name());
            }
        }
        for (SegmentList list : snapshot.lists()) {
            names.add(SnapshotFiles.DIRECTORY + "/" + list.file().name());
        }
        if (snapshot.parameters().routing().isByCluster()) {
            names.add(SnapshotFiles.DIRECTORY + "/"
                    + snapshot.parameters().routing().centroids().name());
        }
    }

    /** Whether a file of the snapshots' folder is one that snapshots name, or a commit's temporary one. */
    private boolean isSideFile(IndexFiles.Found file) {
        String name = file.name().substring(file.name().lastIndexOf('/') + 1);
        return SegmentLists.FILE.matcher(name).matches()
                || Centroids.FILE.matcher(name).matches()
                || TEMPORARY.matcher(name).matches();
    }

    /** Deletes files, then the expired snapshots: as long as one is there, the next vacuum knows what it listed. */
    private void delete(Set<String> names) throws IOException {
        var directories = new TreeSet<Path>();
        for (String name : names) {
            var path = new Path(index.path(), name);
            index.fileSystem().delete(path, false);
            for (Path above = path.getParent(); !isShardOrTop(above); above = above.getParent()) {
                directories.add(above);
            }
        }
        // The deepest first.
        for (Path directory : directories.descendingSet()) {
            deleteEmpty(directory);
        }
        for (long version : expired) {
            index.fileSystem().delete(snapshots.file(version), false);
        }
    }

    private static boolean isShardOrTop(Path directory) {
        String name = directory.getName();
        return name.startsWith("shard=") || name.equals(SnapshotFiles.DIRECTORY) || directory.isRoot();
    }

    private void deleteEmpty(Path directory) throws IOException {
        try {
            if (index.fileSystem().listStatus(directory).length == 0) {
                index.fileSystem().delete(directory, false);
            }
        } catch (FileNotFoundException e) {
            LOG.debug("An object store has no directory {} any more", directory, e);
        }
    }
}
