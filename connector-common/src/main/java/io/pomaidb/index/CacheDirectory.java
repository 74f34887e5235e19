package io.pomaidb.index;

import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
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
 * and {@code parts/<segment uuid>.<process>-<random>.part} while it is fetched. A segment's folder is complete, because it
 * gets its name by an atomic rename; its modification time is when it was last used. What a killed JVM leaves is a part
 * that nobody has locked. Parts have a folder of their own because it is looked through at each fetch.
 *
 * <p>Of a segment on a local file system an entry holds links to the files where they lie, and nothing is copied. The
 * engine opens the entry all the same, and never the index: what else lies there is not what the snapshot lists.
 */
final class CacheDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(CacheDirectory.class);
    private static final String LOCK = ".lock";
    private static final String PART = ".part";
    private static final String PARTS = "parts";
    private static final int UUID_LENGTH = 36;
    private static final FileTime NEVER = FileTime.fromMillis(0);

    /** Its start is in it, since the processes of containers have few numbers. */
    private static final String PROCESS = "." + ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(start -> Long.toHexString(start.toEpochMilli()))
                    .orElse("")
            + "-";

    /** What a link counts: next to nothing, but many of them have to make room for each other too. */
    private static final long LINK_BYTES = 4096;

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
            boolean group = permissions.contains(PosixFilePermission.GROUP_WRITE);
            boolean others = permissions.contains(PosixFilePermission.OTHERS_WRITE);
            if (!mine || group || others) {
                String open = (others ? "all users" : "its group") + " can write to it";
                throw new ConfigurationException("Cannot cache segments in " + root + ": "
                        + (mine ? open : "it belongs to user " + Files.getOwner(root))
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
        return EntryLock.share(beside(entry, LOCK));
    }

    /** Whether there is an entry that need not be fetched, as far as can be said without a lock. */
    boolean has(CacheKey key) {
        return Files.isDirectory(entry(key));
    }

    /**
     * Notes that the entry is used now. Not at the lock file: to open and close it a second time, as setting its time
     * does, would release the process's lock on it.
     */
    void touch(CacheKey key) throws IOException {
        try {
            Files.setLastModifiedTime(entry(key), FileTime.from(Instant.now()));
        } catch (NoSuchFileException e) {
            LOG.debug("Another process evicted {}", entry(key), e);
        }
    }

    /** Makes sure that an entry that is locked for use is there and intact; what it took. */
    CacheUse provide(CacheKey key, CacheSource source, EntryLock lock) throws IOException {
        Path entry = entry(key);
        if (Files.isDirectory(entry) && source.isIntact(entry)) {
            return CacheUse.HIT;
        }
        Optional<FileLock> alone = lock.fetchAlone();
        try {
            if (alone.isPresent()) {
                deleteParts(entry);
            }
            if (Files.isDirectory(entry)) {
                if (source.isIntact(entry)) {
                    // Another process fetched it while this one waited.
                    return CacheUse.HIT;
                }
                LOG.warn("The cached segment {} is damaged; it is fetched again from {}", entry, source);
                discard(entry);
            }
            return CacheUse.miss(fetch(source, entry));
        } finally {
            if (alone.isPresent()) {
                alone.get().release();
            }
        }
    }

    private static long fetch(CacheSource source, Path entry) throws IOException {
        Path part = newPart(entry);
        long bytes = 0;
        LocalDirectories.createPrivate(part);
        try {
            bytes = source.fill(part);
            Files.move(part, entry, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(entry)) {
                throw e;
            }
            LOG.debug("Another class loader of this JVM fetched {} at the same time", entry, e);
        } finally {
            LocalDirectories.delete(part);
        }
        return bytes;
    }

    /** Deletes what killed processes left; other class loaders of this one may still be at it. */
    private static void deleteParts(Path entry) throws IOException {
        for (Path part : parts(entry)) {
            if (!isMine(part)) {
                LocalDirectories.delete(part);
            }
        }
    }

    private static List<Path> parts(Path entry) throws IOException {
        return children(entry.resolveSibling(PARTS)).stream()
                .filter(part -> part.getFileName().toString().startsWith(entry.getFileName() + "."))
                .toList();
    }

    private static boolean isMine(Path part) {
        return part.getFileName().toString().startsWith(PROCESS, UUID_LENGTH);
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
        var all = new ArrayList<>(children(index));
        all.addAll(children(index.resolve(PARTS)));
        for (Path child : all) {
            String name = child.getFileName().toString();
            String segment = name.substring(0, Math.min(name.length(), UUID_LENGTH));
            if (!isUuid(segment)) {
                continue;
            }
            try {
                long bytes = sizeOf(child);
                FileTime time = name.length() == UUID_LENGTH ? Files.getLastModifiedTime(child) : NEVER;
                var key = new CacheKey(indexId, UUID.fromString(segment));
                var entry = new Entry(key, bytes, time, isMine(child));
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
            LocalDirectories.delete(entry);
            for (Path part : parts(entry)) {
                LocalDirectories.delete(part);
            }
            held.deleteFile();
            return true;
        }
    }

    /** Takes the name away first: nobody may find an entry that is half deleted. */
    private static void discard(Path entry) throws IOException {
        Path part = newPart(entry);
        Files.move(entry, part, StandardCopyOption.ATOMIC_MOVE);
        LocalDirectories.delete(part);
    }

    private static long sizeOf(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.mapToLong(CacheDirectory::bytesOf).sum();
        }
    }

    private static long bytesOf(Path file) {
        if (Files.isSymbolicLink(file)) {
            return LINK_BYTES;
        }
        return file.toFile().isFile() ? file.toFile().length() : 0;
    }

    /** A name for a part, in a folder that is there. */
    private static Path newPart(Path entry) throws IOException {
        Path parts = entry.resolveSibling(PARTS);
        LocalDirectories.createPrivate(parts);
        return parts.resolve(entry.getFileName() + PROCESS + UUID.randomUUID() + PART);
    }

    /** What a directory has; nothing if it is not there. */
    private static List<Path> children(Path directory) throws IOException {
        var children = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(children::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return children;
    }

    private static Path beside(Path entry, String suffix) {
        return entry.resolveSibling(entry.getFileName() + suffix);
    }

    /**
     * An entry on disk.
     *
     * @param isMine whether this process has begun to make it
     */
    record Entry(CacheKey key, long bytes, FileTime lastUsed, boolean isMine) {
        private Entry plus(Entry other) {
            return new Entry(
                    key,
                    bytes + other.bytes,
                    lastUsed.compareTo(other.lastUsed) > 0 ? lastUsed : other.lastUsed,
                    isMine || other.isMine);
        }

        /** Whether it never was complete, and nobody is at it unless it is locked. */
        boolean isAbandoned() {
            return lastUsed.equals(NEVER) && !isMine;
        }
    }
}
