package io.pomaidb.index;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.RecordScan;
import io.pomaidb.engine.VectorBatch;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An entry of the cache that this machine makes itself: the rows of several segments, the newest of each id, in one
 * database. Beside the engine's files it has {@value #SOURCES}, which tells the rows' segments, and {@value #FILES}, which
 * has sizes and checksums of all others. Tombstones are not applied: readers of different snapshots share an entry.
 */
final class MergedDatabase implements CacheSource {
    private static final String SOURCES = "sources.bin";
    private static final String FILES = "files.json";
    private static final int BATCH_BYTES = 4 << 20;

    private final CacheKey key;
    private final DatabaseOptions options;
    private final long bytes;
    private final Parts parts;

    /** Opens what is to be merged, newest first. */
    @FunctionalInterface
    interface Parts {
        List<SegmentLease> open() throws IOException;
    }

    /**
     * A database to be made.
     *
     * @param options to build it with
     * @param bytes about what it will take
     */
    MergedDatabase(CacheKey key, DatabaseOptions options, long bytes, Parts parts) {
        this.key = key;
        this.options = options;
        this.bytes = bytes;
        this.parts = parts;
    }

    @Override
    public long room() {
        return bytes;
    }

    @Override
    public long fill(Path folder) throws IOException {
        List<SegmentLease> leases = parts.open();
        try {
            RowSources sources = build(leases, folder);
            sources.write(folder.resolve(SOURCES));
            var files = new ArrayList<SegmentFile>();
            for (Path file : engineFilesAnd(folder, SOURCES)) {
                files.add(SegmentFetcher.describe(folder, file));
            }
            String version = leases.get(0).database().library().version();
            var whole = new Segment(0, 1, key.segment(), files, sources.size(), version);
            Files.write(folder.resolve(FILES), SegmentWriter.toList(key.index(), List.of(whole)));
            return leases.stream()
                    .map(SegmentLease::cacheUse)
                    .mapToLong(CacheUse::bytesFetched)
                    .sum();
        } finally {
            leases.forEach(SegmentLease::close);
        }
    }

    private RowSources build(List<SegmentLease> leases, Path folder) throws IOException {
        var rows = new RowSources[leases.size()];
        int batchRows = Math.max(1, BATCH_BYTES / Math.multiplyExact(options.dim(), Float.BYTES));
        try (PomaiDatabase database = PomaiDatabase.open(folder, options);
                var batch = new VectorBatch(options.dim(), batchRows)) {
            // Oldest first: a row that is put again replaces the one before.
            for (int i = leases.size() - 1; i >= 0; i--) {
                long[] ids = copy(leases.get(i).database(), database, batch);
                RowSources known = leases.get(i).sources();
                rows[i] = known == null
                        ? RowSources.of(leases.get(i).segments().get(0).uuid(), ids)
                        : known;
            }
            if (batch.size() > 0) {
                database.putBatch(batch);
            }
            database.freeze();
        }
        return RowSources.merge(Arrays.asList(rows));
    }

    /** Copies all rows; their ids, ascending as unsigned numbers, as a scan shows them. */
    private static long[] copy(PomaiDatabase from, PomaiDatabase to, VectorBatch batch) {
        var ids = new long[1024];
        int size = 0;
        var vector = new float[batch.dim()];
        try (RecordScan scan = from.scan()) {
            while (scan.next()) {
                if (batch.isFull()) {
                    to.putBatch(batch);
                    batch.clear();
                }
                scan.copyVector(vector);
                batch.add(scan.id(), vector);
                batch.setScale(scan.scale());
                ids = size == ids.length ? Arrays.copyOf(ids, 2 * size) : ids;
                ids[size++] = scan.id();
            }
        }
        return Arrays.copyOf(ids, size);
    }

    private static List<Path> engineFilesAnd(Path folder, String another) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().equals(another)
                            || !SegmentPublisher.isTransient(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public boolean isComplete(Path entry) throws IOException {
        Segment whole = read(entry);
        return whole != null && SegmentFetcher.isComplete(whole, entry);
    }

    @Override
    public boolean isIntact(Path entry) throws IOException {
        Segment whole = read(entry);
        return whole != null && SegmentFetcher.isIntact(whole, entry);
    }

    /** What the entry says it has; null if that cannot be read. */
    private Segment read(Path entry) throws IOException {
        Path file = entry.resolve(FILES);
        try {
            var json = new JsonObject(
                    file.toString(), "", SnapshotReader.parse(file.toString(), Files.readAllBytes(file)));
            List<Segment> segments = new SegmentReader(1, 1).read(json);
            UUID uuid = segments.size() == 1 ? segments.get(0).uuid() : null;
            return key.segment().equals(uuid) ? segments.get(0) : null;
        } catch (NoSuchFileException | DataException e) {
            return null;
        }
    }

    /** The segments of the rows of an entry that is in use. */
    static RowSources sources(Path entry) throws IOException {
        return RowSources.read(entry.resolve(SOURCES));
    }

    @Override
    public String toString() {
        return "the segments that it was merged from";
    }
}
