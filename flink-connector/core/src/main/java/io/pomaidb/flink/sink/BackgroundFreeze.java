package io.pomaidb.flink.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezes and uploads one part at a time in a thread of its own, while the task fills the next one. Whoever hands over a
 * second part waits for the first: so a subtask never holds more than two. For one thread, the task's.
 */
final class BackgroundFreeze implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundFreeze.class);

    /** Below the 180 seconds after which Flink ends a process whose task does not end. */
    private static final long LONGEST_CLOSE_SECONDS = 120;

    private final ExecutorService thread;
    private final FinishedParts finished;
    private final AtomicLong bytes = new AtomicLong();

    /** Handed over and not yet collected; null if none is. */
    private Future<WrittenPart> running;

    private OpenPart runningPart;
    private final List<WrittenPart> done = new ArrayList<>();
    private final List<OpenPart> uncollected = new ArrayList<>();

    /** Is told, in the task's thread, of each part that was uploaded. */
    @FunctionalInterface
    interface FinishedParts {
        void uploaded(OpenPart part);
    }

    BackgroundFreeze(String name, FinishedParts finished) {
        this.finished = finished;
        this.thread = BackgroundThread.named(name);
    }

    /** Bytes of the part that is being frozen. */
    long bytes() {
        return bytes.get();
    }

    /** Notices early that the part in the background has ended, and fails if that has. */
    void poll() throws IOException, InterruptedException {
        if (running != null && running.isDone()) {
            await();
        }
    }

    /** Takes over a part, after the one before has ended. If that failed, the part is closed. */
    void submit(OpenPart part) throws IOException, InterruptedException {
        try {
            await();
        } catch (IOException | RuntimeException | InterruptedException e) {
            part.close();
            throw e;
        }
        bytes.set(part.bytes());
        runningPart = part;
        List<WrittenPart> before = List.copyOf(done);
        running = thread.submit(() -> {
            try (part) {
                return part.finish(before);
            } finally {
                bytes.set(0);
            }
        });
    }

    private void await() throws IOException, InterruptedException {
        if (running == null) {
            return;
        }
        try {
            done.add(running.get());
        } catch (ExecutionException e) {
            running = null;
            throw failure(e.getCause());
        }
        running = null;
        uncollected.add(runningPart);
        finished.uploaded(runningPart);
    }

    private static IOException failure(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return new IOException("Cannot build and upload segments: " + cause.getMessage(), cause);
    }

    /** All parts since the last call, in the order in which they were handed over, when all are uploaded. */
    List<WrittenPart> collect() throws IOException, InterruptedException {
        await();
        List<WrittenPart> collected = List.copyOf(done);
        done.clear();
        uncollected.clear();
        return collected;
    }

    /**
     * Waits for the thread, because its work needs the job's classes and cannot be interrupted, and deletes what was
     * uploaded and not collected.
     */
    @Override
    public void close() throws IOException {
        thread.shutdown();
        boolean interrupted = Thread.interrupted();
        try {
            if (!thread.awaitTermination(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A segment is still being built after {} s; its files are left", LONGEST_CLOSE_SECONDS);
                return;
            }
            if (running != null && isUploaded(running)) {
                uncollected.add(runningPart);
            }
            uncollected.forEach(OpenPart::abort);
        } catch (InterruptedException e) {
            interrupted = true;
            LOG.warn("A segment is still being built while its task was told twice to end; its files are left");
            LOG.debug("The second interrupt", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isUploaded(Future<WrittenPart> ended) throws InterruptedException {
        try {
            ended.get();
            return true;
        } catch (ExecutionException e) {
            LOG.info("A part that nobody waits for any more could not be uploaded", e.getCause());
            return false;
        }
    }
}
