package io.pomaidb.spark.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that users get, in JVMs that have Spark and none of the jar's own dependencies. */
class BundleIT {
    private static final String SMALL_CLUSTER = "local-cluster[1,1,1024]";

    private static final String JAR = System.getProperty("pomai.bundle.jar", "");

    private static final String[] JARS_OF_JOBS_FIRST = {
        "--conf", "spark.driver.userClassPathFirst=true",
        "--conf", "spark.executor.userClassPathFirst=true",
        "--jars", JAR
    };

    /** Other versions of what the jar brings. */
    private static final String CONFLICTS = System.getProperty("pomai.conflicts", "");

    /** How those are called that this Spark itself does not bear. */
    private static final String SPARES = System.getProperty("pomai.conflicts.without", "none");

    private static final String MAVEN = System.getProperty("pomai.maven.repository", "");

    /** What the jar has to bring. */
    private static final Pattern BROUGHT =
            Pattern.compile("pomaidb-.*\\.jar|(delta-storage|jna)[^/]*\\.jar|classes|test-classes");

    @TempDir
    private Path folder;

    private Path jobJar() throws IOException {
        return jarOf(BundleJob.class);
    }

    private Path jarOf(Class<?> program) throws IOException {
        Path jar = folder.resolve(program.getSimpleName() + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            String name = program.getName().replace('.', '/') + ".class";
            out.putNextEntry(new ZipEntry(name));
            try (InputStream content = program.getClassLoader().getResourceAsStream(name)) {
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
            return jars.filter(jar -> !jar.getFileName().toString().startsWith(SPARES))
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private void run(List<String> options, String classPath, List<String> program) throws Exception {
        run(List.of(), options, classPath, program);
    }

    private void run(List<String> before, List<String> options, String classPath, List<String> program)
            throws Exception {
        var command = new ArrayList<String>(before);
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
    @Tag("every-version")
    void itWorksBehindOtherVersionsOfWhatItBrings() throws Exception {
        String classPath = String.join(File.pathSeparator, conflicts(), spark(), JAR, jobJar().toString());
        run(settings("local[2]"), classPath, List.of(BundleJob.class.getName(), folder.toString()));
    }

    @Test
    @Tag("every-version")
    void itIsSubmittedAsAJarOfAJobInAClusterThatHasOnlySpark() throws Exception {
        submit("local-cluster[2,1,1024]", "--jars", JAR);
    }

    @Test
    void aSettingNamesItAsAJarOfAJob() throws Exception {
        submit(SMALL_CLUSTER, "--conf", "spark.jars=" + JAR);
    }

    @Test
    @Tag("every-version")
    void itWorksInAClusterWhereJarsOfJobsComeFirst() throws Exception {
        submit(SMALL_CLUSTER, JARS_OF_JOBS_FIRST);
    }

    /** There Spark gives tasks another loader of the same jar than the driver, which no jar can mend. */
    @Test
    void itSaysWhatIsWrongWhereTasksOfOneJvmLoadItAnew() {
        assertThatThrownBy(() -> submit("local[2]", JARS_OF_JOBS_FIRST))
                .hasMessageContaining("not with spark.executor.userClassPathFirst in local mode");
    }

    @Test
    void itsPackageIsFoundInARepository() throws Exception {
        String version = publish();
        submit(
                SMALL_CLUSTER,
                "--conf",
                "spark.jars.ivy=" + folder.resolve("ivy"),
                "--conf",
                "spark.jars.ivySettings=" + ivySettings(),
                "--packages",
                "io.pomaidb:pomaidb-spark-bundle:" + version);
    }

    /** Submits the job with options that say where the bundle is. Executors of a cluster have Spark and nothing else. */
    private void submit(String master, String... more) throws Exception {
        var options = new ArrayList<>(settings(master));
        if (master.startsWith("local-cluster")) {
            options.add("-Dspark.executor.extraClassPath=" + spark());
            options.add("-Dspark.executor.memory=1g");
        }
        var command = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
        command.addAll(List.of(more));
        command.addAll(List.of("--class", BundleJob.class.getName(), jobJar().toString(), folder.toString()));
        run(options, spark(), command);
    }

    /** Makes a repository of the jar and the descriptions that lead to it, as a deployment would. */
    private String publish() throws IOException {
        Path module = Path.of(System.getProperty("basedir"));
        String bundle = Path.of(JAR).getFileName().toString();
        String version = bundle.substring("pomaidb-spark-bundle-".length(), bundle.length() - ".jar".length());
        put(Path.of(JAR), "pomaidb-spark-bundle", version, ".jar");
        put(module.resolve("dependency-reduced-pom.xml"), "pomaidb-spark-bundle", version, ".pom");
        put(module.resolve("../pom.xml"), "pomaidb-spark-parent", version, ".pom");
        put(module.resolve("../../pom.xml"), "pomaidb-parent", version, ".pom");
        return version;
    }

    private void put(Path file, String artifact, String version, String ending) throws IOException {
        Path target = Files.createDirectories(
                folder.resolve("repository/io/pomaidb").resolve(artifact).resolve(version));
        Files.copy(file, target.resolve(artifact + "-" + version + ending));
    }

    /** Ivy's settings with that repository, and with Maven's own on this disk in the place of Maven Central. */
    private Path ivySettings() throws IOException {
        return Files.writeString(
                folder.resolve("ivysettings.xml"),
                """
                <ivysettings>
                  <settings defaultResolver="both"/>
                  <resolvers>
                    <chain name="both" returnFirst="true">
                      <ibiblio name="built" m2compatible="true" root="%s"/>
                      <ibiblio name="central" m2compatible="true" root="%s"/>
                    </chain>
                  </resolvers>
                </ivysettings>
                """
                        .formatted(
                                folder.resolve("repository").toUri(),
                                Path.of(MAVEN).toUri()));
    }

    @Test
    @Tag("every-version")
    void twoClassLoadersOfOneJvmHaveItAtOnce() throws Exception {
        String classPath = String.join(
                File.pathSeparator, spark(), jarOf(TwoLoadersJob.class).toString());
        var program = List.of(TwoLoadersJob.class.getName(), JAR, jobJar().toString(), folder.toString());
        run(settings("local[2]"), classPath, program);
    }

    @Test
    void itWorksWhereTemporaryFilesCannotBeExecuted() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("noexec"));
        Path libraries = Files.createDirectory(folder.resolve("libraries"));
        String mount = "mount -t tmpfs -o noexec,size=512m tmpfs " + temporary;
        boolean mounts =
                new ProcessBuilder("unshare", "-m", "sh", "-c", mount).start().waitFor() == 0;
        assumeTrue(mounts || "true".equals(System.getenv("CI")), "Nothing can be mounted here");
        assertThat(mounts).as("a file system can be mounted where CI=true").isTrue();
        var inItsOwnMounts = List.of("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", "sh");
        var options = new ArrayList<>(settings("local[2]"));
        options.add("-Djava.io.tmpdir=" + temporary);
        String classPath = String.join(File.pathSeparator, spark(), JAR, jobJar().toString());
        List<String> job = List.of(BundleJob.class.getName(), folder.toString());
        assertThatThrownBy(() -> run(inItsOwnMounts, options, classPath, job)).hasMessageContaining("pomai.native.dir");

        options.add("-Dpomai.native.dir=" + libraries);
        run(inItsOwnMounts, options, classPath, job);
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
