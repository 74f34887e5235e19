package io.pomaidb.index;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;

/**
 * Optimistic commits: make the next snapshot from the latest one, put it if its number is free, and start over if
 * another commit took the number. Waits are jittered so that writers that met once do not meet again.
 */
final class CommitLoop {
    private static final int MAX_ATTEMPTS = 200;
    private static final long FIRST_WAIT_MILLIS = 10;
    private static final long LONGEST_WAIT_MILLIS = 2_000;

    private final PomaiIndex index;
    private final SnapshotFiles files;
    private final CommitStore store;
    private final int maxAttempts;

    CommitLoop(PomaiIndex index, SnapshotFiles files, CommitStore store) {
        this(index, files, store, MAX_ATTEMPTS);
    }

    CommitLoop(PomaiIndex index, SnapshotFiles files, CommitStore store, int maxAttempts) {
        this.index = index;
        this.files = files;
        this.store = store;
        this.maxAttempts = maxAttempts;
    }

    Snapshot commit(SnapshotUpdate update) throws IOException {
        for (int attempt = 0; attempt < maxAttempts; attempt++) {
            waitBefore(attempt);
            Optional<Snapshot> current = index.latest();
            Optional<Snapshot> next = update.apply(current);
            if (next.isEmpty()) {
                return current.orElseThrow();
            }
            LocalNames.sync(index, added(current, next.get()));
            SegmentLists.Arranged arranged = files.lists().arrange(next.get());
            if (put(arranged.snapshot())) {
                return arranged.snapshot();
            }
            files.lists().discard(arranged);
        }
        throw new CommitConflictException("Cannot commit to index " + index.path() + ": " + maxAttempts
                + " other commits came first (let fewer writers commit at the same time, or write again)");
    }

    private static List<Segment> added(Optional<Snapshot> current, Snapshot next) {
        var known = current.stream()
                .flatMap(snapshot -> snapshot.segments().stream())
                .map(Segment::uuid)
                .collect(Collectors.toSet());
        return next.segments().stream()
                .filter(segment -> !known.contains(segment.uuid()))
                .toList();
    }

    /** Whether the snapshot is committed; false if another one has its number. */
    private boolean put(Snapshot snapshot) throws IOException {
        Path file = files.file(snapshot.version());
        byte[] json = SnapshotFiles.checked(file, SnapshotSeal.seal(SnapshotWriter.toJson(snapshot)));
        try {
            store.putIfAbsent(file, json);
            return true;
        } catch (FileAlreadyExistsException e) {
            // Possibly our own file: a client that retries a request whose answer was lost meets its first try.
            return isOurs(snapshot, e);
        } catch (IOException e) {
            return isOurs(snapshot, e);
        }
    }

    private boolean isOurs(Snapshot snapshot, IOException failure) throws CommitStateUnknownException {
        try {
            return files.read(snapshot.version()).commitId().equals(snapshot.commitId());
        } catch (FileNotFoundException e) {
            if (failure instanceof FileAlreadyExistsException) {
                return false;
            }
            failure.addSuppressed(e);
            throw unknown(snapshot, failure);
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw unknown(snapshot, failure);
        }
    }

    private CommitStateUnknownException unknown(Snapshot snapshot, IOException failure) {
        return new CommitStateUnknownException(
                "Cannot tell whether version " + snapshot.version() + " of index " + index.path()
                        + " was committed: " + failure.getMessage()
                        + " (look for commit " + snapshot.commitId() + " in " + files.file(snapshot.version()) + ")",
                failure);
    }

    private static void waitBefore(int attempt) throws InterruptedIOException {
        if (attempt == 0) {
            return;
        }
        long bound = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(attempt, 16));
        long wait = TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(bound) + 1);
        long start = System.nanoTime();
        for (long left = wait; left > 0; left = wait - (System.nanoTime() - start)) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("The commit was interrupted while it waited for other commits");
            }
        }
    }
}
