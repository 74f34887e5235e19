package io.pomaidb.flink.sink;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezes parts in one thread and uploads them in another, while the task fills the next one. Whoever hands over a part
 * waits until the one before is frozen and the one before that is uploaded: so a subtask never holds more than two in
 * memory, and the files of two on its disk. For one thread, the task's.
 */
final class BackgroundFreeze implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundFreeze.class);

    /** Below the 180 seconds after which Flink ends a process whose task does not end. */
    private static final long LONGEST_CLOSE_SECONDS = 120;

    private static final int MAX_UNDER_WAY = 2;

    private final ExecutorService freezer;
    private final ExecutorService uploader;
    private final PartKeys keys;
    private final FinishedParts finished;
    private final AtomicLong bytes = new AtomicLong();

    /** Handed over and not yet seen to be uploaded, in that order. */
    private final Deque<Handover> underWay = new ArrayDeque<>();

    private final List<WrittenPart> done = new ArrayList<>();
    private final List<OpenPart> uncollected = new ArrayList<>();

    /** Is told, in the task's thread, of each part that was uploaded, and of one that could not be. */
    interface FinishedParts {
        void uploaded(OpenPart part);

        void failed(OpenPart part);
    }

    private record Handover(OpenPart part, Future<?> frozen, Future<WrittenPart> uploaded) {}

    /**
     * No parts yet.
     *
     * @param name of the thread that freezes; the one that uploads has it too, and more
     * @param keys used in the thread that uploads, and closed with this
     */
    BackgroundFreeze(String name, PartKeys keys, FinishedParts finished) {
        this.keys = keys;
        this.finished = finished;
        this.freezer = BackgroundThread.named(name);
        this.uploader = BackgroundThread.named(name + "-upload");
    }

    /** Bytes in memory of the part that is being frozen. */
    long bytes() {
        return bytes.get();
    }

    /** Notices early that parts in the background have ended, and fails if one has. */
    void poll() throws IOException, InterruptedException {
        while (!underWay.isEmpty() && underWay.getFirst().uploaded().isDone()) {
            awaitFirst();
        }
    }

    /** Takes over a part, when there is room for it. If one before it failed, the part is closed. */
    void submit(OpenPart part) throws IOException, InterruptedException {
        try {
            poll();
            while (underWay.size() >= MAX_UNDER_WAY) {
                awaitFirst();
            }
            if (!underWay.isEmpty()) {
                await(underWay.getLast().frozen(), underWay.getLast().part());
            }
        } catch (IOException | RuntimeException | InterruptedException e) {
            part.close();
            throw e;
        }
        bytes.set(part.bytes());
        Future<?> frozen = freezer.submit(() -> {
            try {
                part.freeze();
            } finally {
                bytes.set(0);
            }
            return null;
        });
        underWay.add(new Handover(part, frozen, uploader.submit(() -> upload(part, frozen))));
    }

    /** In the thread that uploads. */
    private WrittenPart upload(OpenPart part, Future<?> frozen) throws Exception {
        boolean uploaded = false;
        try (part) {
            try {
                Optional<WrittenPart> written = part.upload();
                result(frozen);
                if (written.isEmpty()) {
                    throw new IOException("Cannot upload segments any more: their task is being closed");
                }
                keys.add(written.get());
                uploaded = true;
                return written.get();
            } finally {
                if (!uploaded) {
                    part.giveUp();
                    awaitEnd(frozen);
                    part.abort();
                }
            }
        }
    }

    /** What a future gives, or failed with. */
    private static <T> T result(Future<T> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }

    /** Nothing may be closed that is still being frozen. */
    private static void awaitEnd(Future<?> frozen) throws InterruptedException {
        try {
            frozen.get();
        } catch (ExecutionException e) {
            LOG.debug("A part could not be frozen, which was told already", e);
        }
    }

    private void awaitFirst() throws IOException, InterruptedException {
        Handover first = underWay.removeFirst();
        done.add(await(first.uploaded(), first.part()));
        uncollected.add(first.part());
        finished.uploaded(first.part());
    }

    private <T> T await(Future<T> future, OpenPart part) throws IOException, InterruptedException {
        try {
            return await(future);
        } catch (IOException | RuntimeException e) {
            finished.failed(part);
            throw e;
        }
    }

    private static <T> T await(Future<T> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
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

    private void checkKeys() throws IOException, InterruptedException {
        await(uploader.submit(() -> {
            keys.check();
            return null;
        }));
    }

    /** All parts since the last call, in the order in which they were handed over, when all are uploaded. */
    List<WrittenPart> collect() throws IOException, InterruptedException {
        while (!underWay.isEmpty()) {
            awaitFirst();
        }
        checkKeys();
        List<WrittenPart> collected = List.copyOf(done);
        done.clear();
        uncollected.clear();
        return collected;
    }

    /**
     * Waits for the threads, because their work needs the job's classes and cannot be interrupted, and deletes what was
     * uploaded and not collected.
     */
    @Override
    public void close() throws IOException {
        underWay.forEach(handover -> handover.part().giveUp());
        freezer.shutdown();
        uploader.shutdown();
        boolean interrupted = Thread.interrupted();
        try {
            if (!uploader.awaitTermination(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A segment is still being built after {} s; its files are left", LONGEST_CLOSE_SECONDS);
                return;
            }
            for (Handover handover : underWay) {
                if (isUploaded(handover.uploaded())) {
                    uncollected.add(handover.part());
                }
            }
            uncollected.forEach(OpenPart::abort);
            keys.close();
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
