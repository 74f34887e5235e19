package io.pomaidb.engine;

import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Run in a fresh JVM: loads the library that this JVM is told to, and says what came of it. */
final class LoadProbe {

    private LoadProbe() {}

    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[0]), outcome());
    }

    private static String outcome() {
        try {
            var library = PomaiLibrary.load();
            return library.generation() + " " + library.path();
        } catch (ConfigurationException failure) {
            return failure.getMessage();
        }
    }
}
