package io.pomaidb.verify;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.engine.PomaiException;
import io.pomaidb.error.DataException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Checks an index: every snapshot, the checksum of every file that one of them lists, every row of every segment, and what
 * has to hold between them. Goes on after what it finds, so that all of it is told. Reads only, and every byte from the
 * index itself: no cache is trusted. For one thread, and one check.
 */
public final class IndexVerifier {
    private static final long LEAST_CACHE_BYTES = 1 << 20;

    private final PomaiIndex index;
    private final Path scratch;
    private final VerifyProgress progress;
    private final List<Finding> findings = new ArrayList<>();
    private final Set<Long> unreadable = new HashSet<>();

    /** The segments of all snapshots, each with the first snapshot that lists it. */
    private final Map<UUID, Listed> segments = new LinkedHashMap<>();

    /**
     * A check that has not begun.
     *
     * @param scratch empty local folder of this user only, which takes one segment at a time while it is read
     */
    public IndexVerifier(PomaiIndex index, Path scratch, VerifyProgress progress) {
        this.index = index;
        this.scratch = scratch;
        this.progress = progress;
    }

    /**
     * Runs the check.
     *
     * @throws IOException if the index cannot be listed, or the scratch folder not be written to; that a file is missing
     *     or cannot be read is a finding
     * @throws io.pomaidb.error.ConfigurationException if there is no index
     */
    public VerifyReport run() throws IOException {
        List<Long> versions = index.versions();
        if (versions.isEmpty()) {
            index.latestExisting();
        }
        List<Snapshot> snapshots = retained(read(versions));
        new SnapshotChain(findings::add, unreadable).check(snapshots);
        for (Snapshot snapshot : snapshots) {
            for (Segment segment : snapshot.segments()) {
                segments.putIfAbsent(segment.uuid(), new Listed(segment, snapshot));
            }
        }
        long all = 0;
        long largest = LEAST_CACHE_BYTES;
        for (Listed listed : segments.values()) {
            all += listed.segment().bytes();
            largest = Math.max(largest, listed.segment().bytes());
        }
        SegmentCache cache = SegmentCache.shared(
                PomaiOptions.parse(Map.of("cache_dir", scratch.toString(), "cache_max_bytes", Long.toString(largest))));
        long done = 0;
        long rows = 0;
        for (Listed listed : segments.values()) {
            rows += check(listed, cache);
            done += listed.segment().bytes();
            progress.checked(done, all);
        }
        return new VerifyReport(versions.size(), segments.size(), rows, all, findings);
    }

    private List<Snapshot> read(List<Long> versions) throws IOException {
        var snapshots = new ArrayList<Snapshot>();
        for (long version : versions) {
            try {
                snapshots.add(index.snapshot(version));
            } catch (DataException e) {
                findings.add(new Finding("version " + version, e.getMessage()));
                unreadable.add(version);
            }
        }
        return snapshots;
    }

    /** The snapshots that have not expired: of others vacuum may have deleted the files. */
    private static List<Snapshot> retained(List<Snapshot> snapshots) {
        return snapshots.isEmpty()
                ? snapshots
                : snapshots.stream()
                        .filter(snapshot -> snapshots.get(snapshots.size() - 1).retains(snapshot.version()))
                        .toList();
    }

    /** The number of rows that could be read. */
    private long check(Listed listed, SegmentCache cache) throws IOException {
        String where = "segment " + listed.segment().directory();
        var rows = new SegmentRows(listed.snapshot(), listed.segment());
        try {
            Optional<String> problem = rows.check(index, cache);
            problem.ifPresent(text -> findings.add(new Finding(where, text)));
            add(where, index.checkOtherFiles(listed.segment()));
        } catch (DataException | PomaiException e) {
            List<String> problems = index.checkFiles(listed.segment());
            add(where, problems.isEmpty() ? List.of(e.getMessage()) : problems);
        } catch (IOException e) {
            // Of the index's files, or of the scratch folder, which is no fault of the index.
            List<String> problems = index.checkFiles(listed.segment());
            if (problems.isEmpty()) {
                throw e;
            }
            add(where, problems);
        }
        return rows.count();
    }

    private void add(String where, List<String> problems) {
        problems.forEach(text -> findings.add(new Finding(where, text)));
    }

    private record Listed(Segment segment, Snapshot snapshot) {}
}
