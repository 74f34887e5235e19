package io.pomaidb.engine;

import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory into which native code is unpacked: {@code -Dpomai.native.dir}, else {@code java.io.tmpdir}. Machines
 * whose temporary directory forbids executing need the former, for JNA's own library as well.
 */
final class NativeDirectory {

    static final String PROPERTY = "pomai.native.dir";

    /** Read by JNA when its first class is initialised. */
    private static final String JNA_PROPERTY = "jna.tmpdir";

    private NativeDirectory() {}

    /** The directory, made if absent. */
    static Path get() {
        var directory = path();
        try {
            return Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new ConfigurationException(
                    "Cannot unpack native code into " + directory + ": " + failure + " (set -D" + PROPERTY
                            + " to a directory that can be written and executed from)",
                    failure);
        }
    }

    /** Sends JNA's own library to the same directory, unless the user sent it elsewhere. Precedes any JNA class. */
    static void leadJnaHere() {
        if (System.getProperty(JNA_PROPERTY) == null) {
            System.setProperty(JNA_PROPERTY, path().toString());
        }
    }

    private static Path path() {
        return Path.of(System.getProperty(PROPERTY, System.getProperty("java.io.tmpdir")))
                .toAbsolutePath();
    }
}
