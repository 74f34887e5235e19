package io.pomaidb.engine;

import com.sun.jna.Pointer;
import io.pomaidb.error.ConfigurationException;
import java.nio.file.Path;

/**
 * A loaded {@code libpomai_c}. Several may be loaded in one JVM; each stays loaded as long as the JVM lives. Thread-safe.
 */
public final class PomaiLibrary {

    /** System property that names the library to load. */
    public static final String PROPERTY = "pomai.c.lib";

    /** Environment variable that names the library to load, where the property is not set. */
    public static final String ENVIRONMENT_VARIABLE = "POMAI_C_LIB";

    private static PomaiLibrary loaded;

    private final NativeApi api;
    private final Path path;
    private final StructGeneration generation;

    private PomaiLibrary(Path path) {
        this.path = path;
        api = new NativeApi(path);
        var size = OptionsStruct.sizeWrittenBy(api);
        generation = StructGeneration.ofOptionsSize(size)
                .orElseThrow(() -> new ConfigurationException("Cannot use the PomaiDB engine at " + path
                        + ": its pomai_options_t has the struct size " + size
                        + " (accepted: 72 of releases 1.4 to 1.8, 112 of 1.9 and 1.10.0, 128 of later ones)"));
    }

    /**
     * The library of this class loader: the one that {@code -Dpomai.c.lib} names, else the one that {@code POMAI_C_LIB}
     * names, else the bundled one. It is loaded once; a failed attempt is repeated by the next call.
     *
     * @throws ConfigurationException if it cannot be loaded. A library that was named and does not load is an error, and
     *     no other takes its place; the message lists every place that was looked at.
     */
    public static synchronized PomaiLibrary load() {
        if (loaded == null) {
            loaded = lookUp();
        }
        return loaded;
    }

    /**
     * The library at {@code path}.
     *
     * @throws ConfigurationException if it cannot be loaded, lacks a function, or has structs of an unknown size
     */
    public static PomaiLibrary load(Path path) {
        OffHeap.requireJna();
        return new PomaiLibrary(path.toAbsolutePath().normalize());
    }

    private static PomaiLibrary lookUp() {
        var property = System.getProperty(PROPERTY, "");
        if (!property.isBlank()) {
            return loadNamed(Path.of(property), "-D" + PROPERTY + "=" + property);
        }
        var variable = System.getenv().getOrDefault(ENVIRONMENT_VARIABLE, "");
        if (!variable.isBlank()) {
            return loadNamed(
                    Path.of(variable), "-D" + PROPERTY + " is not set; " + ENVIRONMENT_VARIABLE + "=" + variable);
        }
        OffHeap.requireJna();
        try (var bundled = BundledLibrary.unpack()) {
            return new PomaiLibrary(bundled.file());
        } catch (ConfigurationException failure) {
            throw notFound(
                    "-D" + PROPERTY + " is not set; " + ENVIRONMENT_VARIABLE + " is not set; bundled "
                            + BundledLibrary.resource(),
                    failure);
        }
    }

    private static PomaiLibrary loadNamed(Path path, String attempts) {
        try {
            return load(path);
        } catch (ConfigurationException failure) {
            throw notFound(attempts, failure);
        }
    }

    private static ConfigurationException notFound(String attempts, ConfigurationException failure) {
        return new ConfigurationException(failure.getMessage() + "; looked up as: " + attempts, failure);
    }

    /** What the library calls its version; releases are known to differ from it. */
    public String version() {
        return api.versionString();
    }

    /** Where it was loaded from. The file of the bundled library is gone once it is loaded. */
    public Path path() {
        return path;
    }

    /** Which layout its structs have. */
    public StructGeneration generation() {
        return generation;
    }

    /**
     * Whether the library has this project's extension for searches: it leaves ids out by itself, counts what it does,
     * and answers with fewer hits than asked for only where there are no more rows. With another library ids are left
     * out by asking it for more hits than are wanted.
     */
    public boolean filtersIds() {
        return api.hasExtendedSearch();
    }

    NativeApi api() {
        return api;
    }

    /** The failure of a call whose outcome breaks the ABI. */
    PomaiException misbehaves(String attempt, String how) {
        return new PomaiException(
                attempt, StatusCode.INTERNAL.number(), "the library " + path + " breaks its own interface: " + how);
    }

    /** What a successful call handed out; an error if it handed out nothing. */
    Pointer require(Pointer out, String what, String attempt) {
        if (out == null) {
            throw misbehaves(attempt, "it reports success and gives no " + what);
        }
        return out;
    }

    @Override
    public String toString() {
        return "libpomai_c " + version() + ", generation " + generation + ", " + path;
    }
}
