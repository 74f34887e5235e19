package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.fixture.TestIndex;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that users get, in a JVM that has Flink and Hadoop and none of the jar's own dependencies. */
@Tag("uber-jar")
class UberJarIT {
    private static final String JAR = System.getProperty("pomai.uber.jar", "");

    /** What the jar has to bring. */
    private static final Pattern BROUGHT = Pattern.compile(
            "pomaidb-(connector-common|engine)-[^/]*\\.jar|pomaidb-flink(-vector-search)?-[^/]*(?<!tests)\\.jar"
                    + "|(jackson|parquet|RoaringBitmap|delta-storage|jna)[^/]*\\.jar|classes");

    @TempDir
    private Path folder;

    private Path jobJar() throws IOException {
        Path jar = folder.resolve("job.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> type : List.of(UberJarJob.class, TestRow.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new ZipEntry(name));
                try (InputStream content = type.getClassLoader().getResourceAsStream(name)) {
                    content.transferTo(out);
                }
                out.closeEntry();
            }
        }
        return jar;
    }

    private static String classPath(boolean withJar) {
        String others = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !BROUGHT.matcher(Path.of(entry).getFileName().toString())
                        .matches())
                .collect(Collectors.joining(File.pathSeparator));
        return withJar ? JAR + File.pathSeparator + others : others;
    }

    /** Runs a job that writes 2,000 rows, and then one that writes 4,000. */
    private void runTwice(boolean inLib, TestIndex index) throws Exception {
        String path = index.path().toUri().toString();
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        for (String opened : List.of("util", "lang", "net", "io", "nio", "time", "util.concurrent")) {
            command.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath(inLib), UberJarCluster.class.getName()));
        command.addAll(List.of(jobJar().toString(), inLib ? "-" : JAR, UberJarJob.class.getName()));
        command.addAll(List.of(path, "2000", path, "4000"));
        Path log = folder.resolve("jvm.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
        }
        assertThat(index.rows().keySet())
                .containsExactlyElementsOf(LongStream.range(0, 4_000).boxed().toList());
    }

    @Test
    void itWorksInFlinksLib() throws Exception {
        runTwice(true, new TestIndex(folder));
    }

    @Test
    void itWorksAsAJarOfTheJobAgainAndAgainInOneProcess() throws Exception {
        runTwice(false, new TestIndex(folder));
    }
}
