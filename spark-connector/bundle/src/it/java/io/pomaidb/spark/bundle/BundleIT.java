package io.pomaidb.spark.bundle;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that users get, in JVMs that have Spark and none of the jar's own dependencies. */
class BundleIT {
    private static final String JAR = System.getProperty("pomai.bundle.jar", "");

    /** Other versions of what the jar brings. */
    private static final String CONFLICTS = System.getProperty("pomai.conflicts", "");

    /** What the jar has to bring. */
    private static final Pattern BROUGHT =
            Pattern.compile("pomaidb-.*\\.jar|(delta-storage|jna)[^/]*\\.jar|classes|test-classes");

    @TempDir
    private Path folder;

    private Path jobJar() throws IOException {
        Path jar = folder.resolve("job.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            String name = BundleJob.class.getName().replace('.', '/') + ".class";
            out.putNextEntry(new ZipEntry(name));
            try (InputStream content = BundleJob.class.getClassLoader().getResourceAsStream(name)) {
                content.transferTo(out);
            }
            out.closeEntry();
        }
        return jar;
    }

    private static String spark() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !BROUGHT.matcher(Path.of(entry).getFileName().toString())
                        .matches())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String conflicts() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(CONFLICTS))) {
            return jars.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
        }
    }

    private void run(List<String> options, String classPath, List<String> program) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.addAll(List.of(System.getProperty("spark.jvm.options").split(" ", -1)));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        command.addAll(program);
        Path log = folder.resolve("jvm.log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.directory(folder.toFile());
        builder.environment().remove("POMAI_C_LIB");
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> settings(String master) {
        return List.of(
                "-Dspark.master=" + master,
                "-Dspark.ui.enabled=false",
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.driver.bindAddress=127.0.0.1",
                "-Dspark.sql.shuffle.partitions=2");
    }

    @Test
    void itWorksBehindOtherVersionsOfWhatItBrings() throws Exception {
        String classPath = String.join(File.pathSeparator, conflicts(), spark(), JAR, jobJar().toString());
        run(settings("local[2]"), classPath, List.of(BundleJob.class.getName(), folder.toString()));
    }

    @Test
    void itIsSubmittedAsAJarOfAJobInAClusterThatHasOnlySpark() throws Exception {
        var options = new ArrayList<>(settings("local-cluster[2,1,1024]"));
        options.add("-Dspark.executor.extraClassPath=" + spark());
        options.add("-Dspark.executor.memory=1g");
        run(
                options,
                spark(),
                List.of(
                        "org.apache.spark.deploy.SparkSubmit",
                        "--jars",
                        JAR,
                        "--class",
                        BundleJob.class.getName(),
                        jobJar().toString(),
                        folder.toString()));
    }

    @Test
    void nothingOfOthersHasItsOwnNameExceptJna() throws IOException {
        try (var jar = new ZipFile(JAR)) {
            assertThat(jar.stream()
                            .map(ZipEntry::getName)
                            .filter(name -> name.endsWith(".class"))
                            .filter(name -> !name.startsWith("io/pomaidb/")
                                    && !name.startsWith("com/sun/jna/")
                                    && !name.equals("org/apache/spark/sql/connector/catalog/ProcedureCatalog.class")))
                    .isEmpty();
        }
    }
}
