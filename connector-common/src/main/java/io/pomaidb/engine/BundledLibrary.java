package io.pomaidb.engine;

import com.sun.jna.Platform;
import io.pomaidb.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine that comes in the jar, unpacked to a file name of its own each time: class loaders and restarted jobs never
 * meet on one file. The file goes as soon as the library is loaded; what a process left behind that died in between,
 * the next one clears away.
 */
final class BundledLibrary implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BundledLibrary.class);

    /** Process id, then a random part. */
    private static final Pattern UNPACKED = Pattern.compile("libpomai_c-(\\d{1,10})-[0-9a-f-]{36}\\.(so|dylib)");

    /**
     * A file is needed for as long as loading takes. A younger one may belong to a process of another container, whose
     * id says nothing here.
     */
    private static final Duration LOADING = Duration.ofMinutes(10);

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;

    private BundledLibrary(Path file) {
        this.file = file;
    }

    /** The class path resource for this machine. */
    static String resource() {
        return Platform.RESOURCE_PREFIX + "/libpomai_c" + extension();
    }

    /** Unpacks the resource; a {@link ConfigurationException} if there is none or the file cannot be written. */
    static BundledLibrary unpack() {
        var resource = resource();
        var directory = NativeDirectory.get();
        removeLeftovers(directory);
        var name = "libpomai_c-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + extension();
        var file = directory.resolve(name);
        try (var content = BundledLibrary.class.getClassLoader().getResourceAsStream(resource)) {
            if (content == null) {
                throw new ConfigurationException("Cannot unpack the PomaiDB engine: the class path has no " + resource
                        + " (add the pomaidb-engine jar for this machine)");
            }
            // Code that is about to be executed: nobody else may change it in a directory that all share.
            Files.createFile(file, OWNER_ONLY);
            try (var out = Files.newOutputStream(file)) {
                content.transferTo(out);
            }
            return new BundledLibrary(file);
        } catch (IOException failure) {
            delete(file);
            throw new ConfigurationException(
                    "Cannot unpack the PomaiDB engine to " + file + ": " + failure + " (set -D"
                            + NativeDirectory.PROPERTY + " to a directory that can be written and executed from)",
                    failure);
        }
    }

    Path file() {
        return file;
    }

    /** Deletes the file. What is loaded stays mapped. */
    @Override
    public void close() {
        delete(file);
    }

    private static String extension() {
        return Platform.isMac() ? ".dylib" : ".so";
    }

    private static void removeLeftovers(Path directory) {
        try (var files = Files.newDirectoryStream(directory, "libpomai_c-*")) {
            for (var file : files) {
                var name = UNPACKED.matcher(file.getFileName().toString());
                if (name.matches() && isLeftover(file, name)) {
                    delete(file);
                }
            }
        } catch (IOException failure) {
            LOG.warn("Cannot clear unpacked engine libraries of earlier processes from {}", directory, failure);
        }
    }

    private static boolean isLeftover(Path file, Matcher name) throws IOException {
        var owner = Long.parseLong(name.group(1));
        var loadedBefore = Instant.now().minus(LOADING);
        return Files.getLastModifiedTime(file).toInstant().isBefore(loadedBefore)
                && ProcessHandle.of(owner).isEmpty();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            LOG.warn("Cannot delete the unpacked engine library {}", file, failure);
        }
    }
}
