package io.pomaidb.index;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.PomaiException;
import io.pomaidb.engine.PomaiLibrary;
import io.pomaidb.engine.StatusCode;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments on the local disk, opened. All threads of a JVM share one cache a folder, and JVMs may share the folder: a
 * segment is fetched once for all threads and processes that wait for it, checked before use, kept while anyone uses it,
 * and dropped, the least recently used first, to make room for others within {@code cache_max_bytes}. Segments of an index
 * on this machine are mapped where they lie. Opened databases are kept for the next search of the same segment.
 * Thread-safe.
 */
public final class SegmentCache {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentCache.class);
    private static final Set<StatusCode> OF_THE_FILES =
            Set.of(StatusCode.CORRUPTION, StatusCode.INVALID_ARGUMENT, StatusCode.UNIMPLEMENTED);
    private static final Map<Path, SegmentCache> SHARED = new ConcurrentHashMap<>();

    private final CacheDirectory directory;
    private final Map<CacheKey, CachedSegment> segments = new ConcurrentHashMap<>();
    private final IdleDatabases idle = new IdleDatabases();
    private volatile long maxBytes = Long.MAX_VALUE;

    private SegmentCache(CacheDirectory directory) {
        this.directory = directory;
    }

    /**
     * The cache of this JVM in {@code cache_dir}, by default {@code pomaidb-cache-<user>} under the JVM's temporary
     * folder. Of several bounds that were given for one folder the latest counts.
     *
     * @throws io.pomaidb.error.ConfigurationException if others can write to the folder
     */
    public static SegmentCache shared(PomaiOptions options) throws IOException {
        Path root = options.cacheDir().map(Path::of).orElseGet(SegmentCache::defaultRoot);
        SegmentCache cache = at(root.toAbsolutePath().normalize());
        cache.bound(options.cacheMaxBytes());
        return cache;
    }

    void bound(long bytes) {
        maxBytes = bytes;
    }

    private static SegmentCache at(Path root) throws IOException {
        SegmentCache known = SHARED.get(root);
        if (known != null) {
            return known;
        }
        SegmentCache opened = open(root);
        SegmentCache first = SHARED.putIfAbsent(root, opened);
        return first == null ? opened : first;
    }

    /** A cache that knows nothing of others in this JVM, as those of other class loaders do not. */
    static SegmentCache open(Path root) throws IOException {
        return new SegmentCache(CacheDirectory.open(root));
    }

    private static Path defaultRoot() {
        return Path.of(System.getProperty("java.io.tmpdir"), "pomaidb-cache-" + System.getProperty("user.name"));
    }

    /**
     * An opened database of a segment, for one thread until the lease is closed. Fetches the segment first if needed.
     *
     * @throws DataException if a file of the segment is missing or damaged, or is no segment to this engine library; it
     *     names the remote file or directory
     * @throws PomaiException if the engine fails otherwise
     */
    public SegmentLease lease(PomaiIndex index, Snapshot snapshot, Segment segment, DatabaseOptions options)
            throws IOException {
        return lease(index, snapshot.indexId(), segment, options);
    }

    /** As {@link #lease(PomaiIndex, Snapshot, Segment, DatabaseOptions)}, for a segment that no snapshot lists yet. */
    public SegmentLease lease(PomaiIndex index, UUID indexId, Segment segment, DatabaseOptions options)
            throws IOException {
        var key = new CacheKey(indexId, segment.uuid());
        while (true) {
            CachedSegment cached = segments.computeIfAbsent(key, k -> new CachedSegment(k, directory, idle));
            if (!directory.has(key) && !SegmentFetcher.isLocal(index)) {
                // The snapshot's sizes are to be trusted only if the files have them.
                SegmentFetcher.checkSizes(index, segment);
                makeRoom(segment.bytes());
            }
            CachedSegment.Pin pin = cached.pin(index, segment);
            if (pin == CachedSegment.Pin.RETIRED) {
                segments.remove(key, cached);
                continue;
            }
            try {
                if (pin == CachedSegment.Pin.FETCHED) {
                    makeRoom(0);
                }
                return new SegmentLease(cached, open(index, segment, cached, options));
            } catch (IOException | RuntimeException e) {
                cached.unpin();
                throw e;
            }
        }
    }

    private static PomaiDatabase open(PomaiIndex index, Segment segment, CachedSegment cached, DatabaseOptions options)
            throws IOException {
        try {
            return cached.take(index, segment, options);
        } catch (PomaiException e) {
            if (!OF_THE_FILES.contains(e.statusCode())) {
                throw e;
            }
            // The files are what the snapshot says, so either that was wrong from the start or the library is another.
            throw new DataException(
                    "Cannot open segment " + index.directoryOf(segment) + ", written by engine "
                            + segment.engineVersion() + ", with " + PomaiLibrary.load() + ": " + e.nativeMessage()
                            + " (use the library that wrote it, or write the index again)",
                    e);
        }
    }

    /** Closes the databases that nobody uses now. Their segments stay on the disk. */
    public void closeIdle() {
        idle.all().forEach(IdleDatabases.Idle::close);
    }

    /** Evicts until {@code wanted} bytes fit in or everything left is in use, which is never refused room. */
    private synchronized void makeRoom(long wanted) throws IOException {
        var entries = directory.entries();
        long bytes =
                wanted + entries.stream().mapToLong(CacheDirectory.Entry::bytes).sum();
        for (CacheDirectory.Entry entry : entries) {
            if (bytes <= maxBytes) {
                return;
            }
            CachedSegment cached = segments.computeIfAbsent(entry.key(), k -> new CachedSegment(k, directory, idle));
            if (cached.evict()) {
                segments.remove(entry.key(), cached);
                bytes -= entry.bytes();
            }
        }
        if (bytes > maxBytes) {
            LOG.warn("The segments in use take {} bytes, more than cache_max_bytes {}", bytes, maxBytes);
        }
    }
}
