package io.pomaidb.flink.sink;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads beside a task's own, which see the job's classes as the task does. */
final class BackgroundThread {
    private BackgroundThread() {}

    /** One thread, which does what it is given in turn. */
    static ExecutorService named(String name) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return Executors.newSingleThreadExecutor(work -> {
            var made = new Thread(work, name);
            made.setDaemon(true);
            made.setContextClassLoader(loader);
            return made;
        });
    }
}
