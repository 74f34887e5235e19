package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which library is loaded, and what is said where none can be; every case in a JVM of its own. */
class LibraryLookupTest {

    @TempDir
    Path directory;

    private FreshJvm jvm() {
        return new FreshJvm(directory);
    }

    @Test
    void withoutASettingTheBundledLibraryIsLoadedAndItsFileDeleted() throws Exception {
        var unpacked = directory.resolve("unpacked");

        var answer = jvm().property(NativeDirectory.PROPERTY, unpacked).run(LoadProbe.class);

        assertThat(answer).startsWith("A " + unpacked);
        assertThat(unpacked).isEmptyDirectory();
    }

    @Test
    void anotherJnaThatIsTooOldIsNamed() throws Exception {
        var source =
                Files.createDirectories(directory.resolve("old/com/sun/jna")).resolve("Version.java");
        Files.writeString(
                source,
                "package com.sun.jna; interface Version { String VERSION = \"5.8.0\"; String VERSION_NATIVE = VERSION; }");
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString()))
                .isZero();

        var answer = jvm().first(directory.resolve("old")).run(LoadProbe.class);

        assertThat(answer)
                .startsWith("Cannot load the PomaiDB engine: the class path has JNA 5.8.0 in file:"
                        + directory.resolve("old"))
                .contains("accepted: JNA 5.12 or later");
    }

    @Test
    void theSystemPropertyComesFirst() throws Exception {
        var answer = jvm().property(PomaiLibrary.PROPERTY, TestLibraries.built("gen_b"))
                .environment(PomaiLibrary.ENVIRONMENT_VARIABLE, TestLibraries.built("gen_c"))
                .run(LoadProbe.class);

        assertThat(answer).isEqualTo("B " + TestLibraries.built("gen_b"));
    }

    @Test
    void theEnvironmentVariableComesSecond() throws Exception {
        var answer = jvm().environment(PomaiLibrary.ENVIRONMENT_VARIABLE, TestLibraries.built("gen_c"))
                .run(LoadProbe.class);

        assertThat(answer).isEqualTo("C " + TestLibraries.built("gen_c"));
    }

    @Test
    void aPropertyThatNamesNoFileIsAnErrorAndNothingElseIsLoaded() throws Exception {
        var absent = directory.resolve("absent.so");

        var answer = jvm().property(PomaiLibrary.PROPERTY, absent)
                .environment(PomaiLibrary.ENVIRONMENT_VARIABLE, TestLibraries.built("gen_c"))
                .run(LoadProbe.class);

        assertThat(answer)
                .isEqualTo("Cannot load the PomaiDB engine from " + absent
                        + ": there is no such file; looked up as: -Dpomai.c.lib=" + absent);
    }

    @Test
    void aVariableThatNamesNoFileIsAnErrorAndNothingElseIsLoaded() throws Exception {
        var absent = directory.resolve("absent.so");

        var answer =
                jvm().environment(PomaiLibrary.ENVIRONMENT_VARIABLE, absent).run(LoadProbe.class);

        assertThat(answer)
                .isEqualTo("Cannot load the PomaiDB engine from " + absent
                        + ": there is no such file; looked up as: -Dpomai.c.lib is not set; POMAI_C_LIB=" + absent);
    }

    @Test
    void aFileThatIsNoLibraryIsNamedAndNoNeighbourTakesItsPlace() throws Exception {
        var named = Files.writeString(directory.resolve("libengine.so"), "no library");
        Files.copy(TestLibraries.built("gen_b"), directory.resolve("libengine.so.1"));

        var answer = jvm().property(PomaiLibrary.PROPERTY, named).run(LoadProbe.class);

        assertThat(answer)
                .startsWith("Cannot load the PomaiDB engine from " + named + ": ")
                .endsWith("looked up as: -Dpomai.c.lib=" + named);
    }

    @Test
    void aLibraryThatDoesNotFitIsNamedWithTheSettingThatLedToIt() throws Exception {
        var unfit = TestLibraries.built("unknown_size");

        var answer = jvm().property(PomaiLibrary.PROPERTY, unfit).run(LoadProbe.class);

        assertThat(answer).contains("struct size 96", unfit.toString(), "looked up as: -Dpomai.c.lib=" + unfit);
    }

    @Test
    void whereNothingIsFoundEveryAttemptIsListed() throws Exception {
        var answer = jvm().without(bundle())
                .property(NativeDirectory.PROPERTY, directory)
                .run(LoadProbe.class);

        assertThat(answer)
                .contains("the class path has no " + BundledLibrary.resource())
                .contains("-Dpomai.c.lib is not set; POMAI_C_LIB is not set; bundled " + BundledLibrary.resource());
    }

    @Test
    void nativeCodeIsUnpackedElsewhereThanAnUnusableTemporaryDirectory() throws Exception {
        var elsewhere = directory.resolve("elsewhere");

        var answer = jvm().property("java.io.tmpdir", "/proc/nowhere")
                .property(NativeDirectory.PROPERTY, elsewhere)
                .run(LoadProbe.class);

        assertThat(answer).startsWith("A " + elsewhere);
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamedWithThePropertyToChange() throws Exception {
        var answer = jvm().property(NativeDirectory.PROPERTY, "/proc/nowhere").run(LoadProbe.class);

        assertThat(answer).contains("/proc/nowhere", "set -Dpomai.native.dir");
    }

    @Test
    void filesThatDeadProcessesLeftAreClearedAwayAndNoOthers() throws Exception {
        var dead = leftover("libpomai_c-999999999-" + UUID.randomUUID() + ".so");
        var alive = leftover("libpomai_c-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + ".so");
        var foreign = leftover("libpomai_c-mine.so");
        var young = Files.createFile(directory.resolve("libpomai_c-999999999-" + UUID.randomUUID() + ".so"));

        jvm().property(NativeDirectory.PROPERTY, directory).run(LoadProbe.class);

        assertThat(dead).doesNotExist();
        assertThat(alive).exists();
        assertThat(foreign).exists();
        assertThat(young).exists();
    }

    @Test
    void twoClassLoadersHaveTheirOwnLibraryInOneJvm() throws Exception {
        var answer = jvm().property(NativeDirectory.PROPERTY, directory).run(TwoLoadersProbe.class);

        assertThat(answer).isEqualTo("42 42 42");
    }

    private Path leftover(String name) throws IOException {
        var file = Files.createFile(directory.resolve(name));
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }

    /** The class path entry that brings the bundled library: a directory in the reactor, else a jar. */
    private static Path bundle() throws URISyntaxException {
        var resource = BundledLibrary.resource();
        var url = BundledLibrary.class.getClassLoader().getResource(resource);
        assertThat(url)
                .as("the engine's build puts %s on the class path", resource)
                .isNotNull();
        var location = url.toString()
                .replace("/" + resource, "")
                .replaceFirst("^jar:", "")
                .replaceFirst("!$", "");
        return Path.of(new java.net.URI(location));
    }
}
