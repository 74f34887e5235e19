package io.pomaidb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Memory outside the Java heap, seen from the operating system. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class NativeMemoryTest {

    @TempDir
    Path directory;

    @Test
    void tenThousandDatabasesOpenedAndClosedLeaveNothingBehind() throws Exception {
        // A heap of fixed size and touched at once, so that what grows is not the heap.
        var growth = new FreshJvm(directory)
                .flag("-Xms64m")
                .flag("-Xmx64m")
                .flag("-XX:+AlwaysPreTouch")
                .flag("-XX:+UseSerialGC")
                .property(NativeDirectory.PROPERTY, directory)
                .run(CyclesProbe.class)
                .lines()
                .mapToLong(Long::parseLong)
                .toArray();

        // A kilobyte leaked a cycle would be ten megabytes; smaller losses are counted in ForeignLibraryTest.
        assertThat(growth[0]).as("growth in KiB").isLessThan(4 * 1024);
        assertThat(growth[1]).as("growth in mappings").isLessThan(100);
    }
}
