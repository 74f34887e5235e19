package io.pomaidb.engine;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;

/** Run in a fresh JVM: two class loaders have the binding and JNA each, both loaded and in use at the same time. */
final class TwoLoadersProbe {

    private TwoLoadersProbe() {}

    public static void main(String[] args) throws Exception {
        var urls = new ArrayList<URL>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        var classPath = urls.toArray(URL[]::new);
        var platform = ClassLoader.getPlatformClassLoader();
        try (var first = new URLClassLoader(classPath, platform);
                var second = new URLClassLoader(classPath, platform)) {
            var a = roundTrip(first);
            var b = roundTrip(second);
            Files.writeString(Path.of(args[0]), a.call() + " " + b.call() + " " + a.call());
        }
    }

    private static Callable<?> roundTrip(ClassLoader loader) throws ReflectiveOperationException {
        return (Callable<?>) loader.loadClass(RoundTrip.class.getName())
                .getDeclaredConstructor()
                .newInstance();
    }

    /** Puts a row into a database and finds it. */
    public static final class RoundTrip implements Callable<Long> {

        @Override
        public Long call() throws IOException {
            var directory = Files.createTempDirectory(Path.of(System.getProperty("pomai.native.dir")), "db");
            try (var database =
                    PomaiDatabase.open(directory, DatabaseOptions.builder(2).build())) {
                Rows.put(database, 42, 1, 0);
                database.freeze();
                return Rows.search(database, 1, 1, 0).id(0, 0);
            }
        }
    }
}
