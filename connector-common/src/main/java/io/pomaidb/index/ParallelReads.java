package io.pomaidb.index;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.PrivilegedAction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Reads many files at the same time, where each of them takes its time to answer. All threads of a JVM share
 * {@value #MAX_THREADS} helpers, which end when they are idle; the calling thread works too, so that a call gets on when
 * all of them are busy. Thread-safe.
 */
public final class ParallelReads {
    /** Enough that a store far away is waited for a few times and not hundreds of times. */
    private static final int MAX_THREADS = 16;

    private static final int IDLE_SECONDS = 10;
    private static final ThreadPoolExecutor HELPERS = helpers();

    private ParallelReads() {}

    private static ThreadPoolExecutor helpers() {
        var helpers = new ThreadPoolExecutor(
                MAX_THREADS, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var thread = new Thread(task, "pomaidb-read");
                    thread.setDaemon(true);
                    // Not that of the task that happens to come first, which may be of a job that ends.
                    thread.setContextClassLoader(ParallelReads.class.getClassLoader());
                    return thread;
                });
        helpers.allowCoreThreadTimeOut(true);
        return helpers;
    }

    /**
     * How many threads are worth it to read files of an index: those that a task was given where the files are on this
     * machine, and more where they are not.
     *
     * @param cores of the task; 0: all
     */
    public static int threads(PomaiIndex index, int cores) {
        if (!SegmentFetcher.isLocal(index)) {
            return MAX_THREADS;
        }
        return cores == 0 ? Runtime.getRuntime().availableProcessors() : cores;
    }

    /** Reads something. */
    @FunctionalInterface
    public interface Read<T, R> {
        R read(T from) throws IOException;
    }

    /**
     * Reads each of some inputs. When one fails the others are given up, and so they are when the calling thread is
     * interrupted.
     *
     * @param threads to use at most, the calling one included
     * @param read called by several threads, as the caller's user
     * @param undo gets what was read before a failure
     * @return what was read, in the order of the inputs
     * @throws IOException if one does
     */
    public static <T, R> List<R> map(List<T> inputs, int threads, Read<T, R> read, Consumer<R> undo)
            throws IOException {
        var run = new Run<T, R>(inputs, read);
        var helpers = new ArrayList<Future<?>>();
        if (Math.min(threads, inputs.size()) > 1) {
            UserGroupInformation user = UserGroupInformation.getCurrentUser();
            PrivilegedAction<Void> help = () -> {
                run.help();
                return null;
            };
            for (int i = 1; i < Math.min(threads, inputs.size()); i++) {
                helpers.add(HELPERS.submit(() -> user.doAs(help)));
            }
        }
        run.work();
        run.await(() -> helpers.forEach(helper -> helper.cancel(true)));
        // Those that no thread was free for.
        helpers.forEach(helper -> helper.cancel(false));
        return run.results(undo);
    }

    /** The state of a call. */
    private static final class Run<T, R> {
        private final List<T> inputs;
        private final Read<T, R> read;
        private final List<R> results;
        private int next;
        private int helpers;
        private boolean closed;
        private Throwable failure;

        Run(List<T> inputs, Read<T, R> read) {
            this.inputs = inputs;
            this.read = read;
            this.results = new ArrayList<>(inputs.size());
            inputs.forEach(input -> results.add(null));
        }

        void help() {
            synchronized (this) {
                if (closed) {
                    return;
                }
                helpers++;
            }
            try {
                work();
            } finally {
                synchronized (this) {
                    helpers--;
                    notifyAll();
                }
            }
        }

        void work() {
            for (int i = take(); i >= 0; i = take()) {
                try {
                    keep(i, read.read(inputs.get(i)));
                } catch (IOException | RuntimeException | Error e) {
                    fail(e);
                }
            }
        }

        private synchronized int take() {
            return failure == null && next < inputs.size() ? next++ : -1;
        }

        private synchronized void keep(int i, R result) {
            results.set(i, result);
        }

        private synchronized void fail(Throwable e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }

        /** Waits for the helpers that have begun; after a failure they need not go on. */
        synchronized void await(Runnable cancel) {
            closed = true;
            boolean interrupted = false;
            boolean cancelled = false;
            while (helpers > 0) {
                if (failure != null && !cancelled) {
                    cancelled = true;
                    cancel.run();
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                    fail(new InterruptedIOException("Cannot read: the thread was interrupted"));
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        synchronized List<R> results(Consumer<R> undo) throws IOException {
            if (failure == null) {
                return results;
            }
            results.stream().filter(result -> result != null).forEach(undo);
            if (failure instanceof IOException io) {
                throw io;
            }
            if (failure instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw (Error) failure;
        }
    }
}
