package io.pomaidb.index;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiException;
import io.pomaidb.engine.PomaiLibrary;
import io.pomaidb.engine.StatusCode;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    /** What an entry takes at least, with its folder and lock file. */
    private static final long LEAST_BYTES = 16 << 10;

    /** Of what is free, each process takes so much, and for so long, before it looks again what others took. */
    private static final int LISTED_SHARE = 16;

    private static final long LISTED_NANOS = Duration.ofSeconds(10).toNanos();

    private static final Map<Path, SegmentCache> SHARED = new ConcurrentHashMap<>();

    private final CacheDirectory directory;
    private final Map<CacheKey, CachedSegment> segments = new ConcurrentHashMap<>();
    private final IdleDatabases idle = new IdleDatabases();
    private final SegmentMerging merging = new SegmentMerging(this);
    private volatile long maxBytes = Long.MAX_VALUE;

    /** What may still be taken, and until when, before the folder is listed again; others take from it as well. */
    private long unlistedBytes;

    private long unlistedUntil = System.nanoTime();

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
        if (bytes != maxBytes) {
            maxBytes = bytes;
            forgetListing();
        }
    }

    private synchronized void forgetListing() {
        unlistedBytes = 0;
    }

    long maxBytes() {
        return maxBytes;
    }

    /** Whether there is an entry that need not be made, as far as can be said without a lock. */
    boolean has(CacheKey key) {
        return directory.has(key);
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
        try {
            return lease(key, new FetchedSegment(index, segment), List.of(segment), options);
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

    /**
     * Opened databases with the rows of a shard's segments, for one thread until the leases are closed. Small segments that
     * have been searched for about as long as it takes to merge them are merged into one database, which is an entry of
     * the cache like others and serves all later snapshots that list them. Searches say by {@link SegmentLease#spend} how
     * long they took. Segments are fetched and opened several at a time.
     *
     * @param segments the segments of the shard that have rows, newest first
     * @param needed how many of them are asked for, the newest; a merged database may have rows of others too
     * @return leases in the order of the segments; each has the rows of one segment or of some that follow each other
     * @throws DataException if a file of a segment is missing or damaged; it names the remote file or directory
     * @throws PomaiException if the engine fails otherwise
     */
    public List<SegmentLease> leaseShard(
            PomaiIndex index, Snapshot snapshot, List<Segment> segments, int needed, DatabaseOptions options)
            throws IOException {
        return merging.lease(index, snapshot, segments, needed, options);
    }

    SegmentLease lease(CacheKey key, CacheSource source, List<Segment> segments, DatabaseOptions options)
            throws IOException {
        while (true) {
            CachedSegment cached = segmentOf(key);
            long room = directory.has(key) ? 0 : source.room();
            if (room > 0) {
                makeRoom(room);
            }
            CachedSegment.Pin pin = cached.pin(source);
            if (pin.isRetired()) {
                this.segments.remove(key, cached);
                continue;
            }
            try {
                if (pin.use().misses() > 0) {
                    makeRoom(0);
                }
                return new SegmentLease(cached, cached.take(source, options), segments, pin.use());
            } catch (IOException | RuntimeException e) {
                cached.unpin();
                throw e;
            }
        }
    }

    private CachedSegment segmentOf(CacheKey key) {
        return segments.computeIfAbsent(key, k -> new CachedSegment(k, directory, idle));
    }

    /** Closes the databases that nobody uses now. Their segments stay on the disk. */
    public void closeIdle() {
        idle.all().forEach(IdleDatabases.Idle::close);
    }

    /**
     * Evicts until {@code wanted} bytes fit in or everything left is in use, which is never refused room; and what killed
     * processes left, in any case.
     */
    private synchronized void makeRoom(long wanted) throws IOException {
        long now = System.nanoTime();
        unlistedBytes -= Math.max(wanted, LEAST_BYTES);
        if (unlistedBytes >= 0 && now < unlistedUntil) {
            return;
        }
        var entries = directory.entries();
        long bytes =
                wanted + entries.stream().mapToLong(CacheDirectory.Entry::bytes).sum();
        for (CacheDirectory.Entry entry : entries) {
            if (bytes <= maxBytes && !entry.isAbandoned()) {
                continue;
            }
            CachedSegment cached = segmentOf(entry.key());
            if (cached.evict()) {
                segments.remove(entry.key(), cached);
                bytes -= entry.bytes();
            }
        }
        unlistedBytes = (maxBytes - bytes) / LISTED_SHARE;
        unlistedUntil = now + LISTED_NANOS;
        if (bytes > maxBytes) {
            LOG.warn("The segments in use take {} bytes, more than cache_max_bytes {}", bytes, maxBytes);
        }
    }
}
