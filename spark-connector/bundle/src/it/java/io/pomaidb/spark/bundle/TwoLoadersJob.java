package io.pomaidb.spark.bundle;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JVM with Spark, in which one class loader after the other has the jar; the first keeps it while the second works. */
public final class TwoLoadersJob {
    private TwoLoadersJob() {}

    /**
     * Runs the job in both.
     *
     * @param arguments the jar, the job's jar, and the folder to work in
     */
    public static void main(String[] arguments) throws Exception {
        URL[] jars = {
            Path.of(arguments[0]).toUri().toURL(), Path.of(arguments[1]).toUri().toURL()
        };
        Path folder = Path.of(arguments[2]);
        try (var first = new URLClassLoader(jars, TwoLoadersJob.class.getClassLoader());
                var second = new URLClassLoader(jars, TwoLoadersJob.class.getClassLoader())) {
            run(first, Files.createDirectory(folder.resolve("first")));
            run(second, Files.createDirectory(folder.resolve("second")));
            run(first, Files.createDirectory(folder.resolve("third")));
        }
    }

    private static void run(ClassLoader loader, Path folder) throws Exception {
        Thread.currentThread().setContextClassLoader(loader);
        Class<?> job = loader.loadClass("io.pomaidb.spark.bundle.BundleJob");
        if (job.getClassLoader() != loader) {
            throw new IllegalStateException(job + " is of " + job.getClassLoader());
        }
        job.getMethod("main", String[].class).invoke(null, (Object) new String[] {folder.toString()});
    }
}
