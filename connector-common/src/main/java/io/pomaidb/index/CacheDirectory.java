package io.pomaidb.index;

import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments on the local disk: {@code <index id>/<segment uuid>/} with its files, {@code <segment uuid>.lock} beside it,
 * and {@code <segment uuid>.<random>.part} while it is fetched. A folder without {@code .part} is complete, because it
 * gets its name by an atomic rename. What a killed JVM leaves is a part that nobody has locked.
 */
final class CacheDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(CacheDirectory.class);
    private static final String LOCK = ".lock";
    private static final String PART = ".part";
    private static final int UUID_LENGTH = 36;
    private static final FileTime NEVER = FileTime.fromMillis(0);

    private final Path root;

    private CacheDirectory(Path root) {
        this.root = root;
    }

    /**
     * A cache in {@code root}, created with access for this user only.
     *
     * @throws ConfigurationException if the folder cannot be created or written to, or others can write to it: they
     *     could swap segments
     */
    static CacheDirectory open(Path root) throws IOException {
        try {
            return openUsable(root);
        } catch (FileSystemException e) {
            throw new ConfigurationException(
                    "Cannot cache segments in " + root + ": it cannot be created or written to, " + e
                            + " (set option cache_dir to a folder of your own)",
                    e);
        }
    }

    private static CacheDirectory openUsable(Path root) throws IOException {
        LocalDirectories.createPrivate(root);
        if (root.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            var permissions = Files.getPosixFilePermissions(root);
            Path probe = Files.createTempFile(root, "owner", PART);
            boolean mine = Files.getOwner(probe).equals(Files.getOwner(root));
            Files.delete(probe);
            if (!mine || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new ConfigurationException("Cannot cache segments in " + root + ": "
                        + (mine ? "all users can write to it" : "it belongs to user " + Files.getOwner(root))
                        + " (set cache_dir to a folder of your own)");
            }
        }
        return new CacheDirectory(root);
    }

    /** Where an entry is or will be. */
    Path entry(CacheKey key) {
        return root.resolve(key.index().toString()).resolve(key.segment().toString());
    }

    /** Locks an entry for use, whether it is there or not. */
    EntryLock use(CacheKey key) throws IOException {
        Path entry = entry(key);
        LocalDirectories.createPrivate(entry.getParent());
        EntryLock lock = EntryLock.share(beside(entry, LOCK));
        lock.touch();
        return lock;
    }

    /** Makes sure that an entry that is locked for use is there and intact; whether it had to be fetched. */
    boolean provide(PomaiIndex index, CacheKey key, Segment segment) throws IOException {
        Path entry = entry(key);
        if (Files.isDirectory(entry)) {
            if (SegmentFetcher.isIntact(segment, entry)) {
                return false;
            }
            LOG.warn("The cached segment {} is damaged; it is fetched again from {}", entry, index.path());
            discard(entry);
        }
        Path part = beside(entry, "." + UUID.randomUUID() + PART);
        LocalDirectories.createPrivate(part);
        try {
            SegmentFetcher.fetch(index, segment, part);
            Files.move(part, entry, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(entry)) {
                throw e;
            }
            LOG.debug("Another process fetched {} at the same time", entry, e);
        } finally {
            LocalDirectories.delete(part);
        }
        return true;
    }

    /** Entries of all processes with what they take, the least recently used first. */
    List<Entry> entries() throws IOException {
        var entries = new ArrayList<Entry>();
        for (Path index : children(root)) {
            if (isUuid(index.getFileName().toString())) {
                entries.addAll(entriesOf(index));
            }
        }
        entries.sort(Comparator.comparing(Entry::lastUsed));
        return entries;
    }

    private static Collection<Entry> entriesOf(Path index) throws IOException {
        UUID indexId = UUID.fromString(index.getFileName().toString());
        var entries = new HashMap<String, Entry>();
        for (Path child : children(index)) {
            String name = child.getFileName().toString();
            String segment = name.substring(0, Math.min(name.length(), UUID_LENGTH));
            if (!isUuid(segment)) {
                continue;
            }
            try {
                long bytes = sizeOf(child);
                FileTime time = name.endsWith(LOCK) ? Files.getLastModifiedTime(child) : NEVER;
                var entry = new Entry(new CacheKey(indexId, UUID.fromString(segment)), bytes, time);
                entries.merge(segment, entry, Entry::plus);
            } catch (NoSuchFileException | UncheckedIOException e) {
                LOG.debug("Another process evicts {}", child, e);
            }
        }
        return entries.values();
    }

    private static boolean isUuid(String name) {
        return SnapshotReader.UUID_TEXT.matcher(name).matches();
    }

    /** Deletes an entry, its parts and its lock file, unless a process uses it. */
    boolean evict(CacheKey key) throws IOException {
        Path entry = entry(key);
        Path lockFile = beside(entry, LOCK);
        Optional<EntryLock> lock = EntryLock.tryExclude(lockFile);
        if (lock.isEmpty()) {
            return false;
        }
        try (EntryLock held = lock.get()) {
            for (Path child : children(entry.getParent())) {
                if (child.getFileName().toString().startsWith(key.segment().toString()) && !child.equals(lockFile)) {
                    LocalDirectories.delete(child);
                }
            }
            held.deleteFile();
            return true;
        }
    }

    /** Takes the name away first: nobody may find an entry that is half deleted. */
    private static void discard(Path entry) throws IOException {
        Path part = beside(entry, "." + UUID.randomUUID() + PART);
        Files.move(entry, part, StandardCopyOption.ATOMIC_MOVE);
        LocalDirectories.delete(part);
    }

    private static long sizeOf(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.mapToLong(
                            file -> file.toFile().isFile() ? file.toFile().length() : 0)
                    .sum();
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        var children = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(children::add);
        }
        return children;
    }

    private static Path beside(Path entry, String suffix) {
        return entry.resolveSibling(entry.getFileName() + suffix);
    }

    /** An entry on disk. */
    record Entry(CacheKey key, long bytes, FileTime lastUsed) {
        private Entry plus(Entry other) {
            return new Entry(
                    key, bytes + other.bytes, lastUsed.compareTo(other.lastUsed) > 0 ? lastUsed : other.lastUsed);
        }
    }
}
