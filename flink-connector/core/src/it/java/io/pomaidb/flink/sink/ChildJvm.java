package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM that has Flink, maybe Hadoop, and nothing of the connector or its dependencies but what a test gives it. */
final class ChildJvm {
    /** What the jar with everything brings. */
    private static final Pattern BROUGHT = Pattern.compile(
            "pomaidb-(connector-common|engine)-[^/]*\\.jar|pomaidb-flink(-vector-search)?-[^/]*(?<!tests)\\.jar"
                    + "|(jackson|parquet|RoaringBitmap|delta-storage|jna)[^/]*\\.jar|classes");

    private static final Pattern HADOOP = Pattern.compile("hadoop-client-[^/]*\\.jar");

    private final Path log;
    private final List<String> classPath = new ArrayList<>();
    private final Map<String, String> environment;

    private ChildJvm(Path folder, boolean hasHadoop, Map<String, String> environment, String... jars) {
        this.log = folder.resolve("jvm.log");
        this.environment = environment;
        classPath.addAll(List.of(jars));
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !isOf(BROUGHT, entry) && (hasHadoop || !isOf(HADOOP, entry)))
                .forEach(classPath::add);
    }

    private static boolean isOf(Pattern names, String entry) {
        return names.matcher(Path.of(entry).getFileName().toString()).matches();
    }

    /** With Flink, Hadoop and the jars. */
    static ChildJvm withHadoop(Path folder, String... jars) {
        return new ChildJvm(folder, true, Map.of(), jars);
    }

    /** With Flink and the jars. */
    static ChildJvm withoutHadoop(Path folder, String... jars) {
        return new ChildJvm(folder, false, Map.of(), jars);
    }

    /** With Flink, Hadoop and variables of the environment. */
    static ChildJvm withVariables(Path folder, Map<String, String> variables) {
        return new ChildJvm(folder, true, variables);
    }

    /** Runs a class to its end, which has to be a success; what it has printed. */
    String run(String main, String... arguments) throws Exception {
        int exit = exitValue(main, arguments);
        String printed = Files.readString(log);
        assertThat(exit).as(printed).isZero();
        return printed;
    }

    /** Runs a class to its end, which must not be a success; what it has printed. */
    String fail(String main, String... arguments) throws Exception {
        int exit = exitValue(main, arguments);
        String printed = Files.readString(log);
        assertThat(exit).as(printed).isNotZero();
        return printed;
    }

    private int exitValue(String main, String... arguments) throws Exception {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        Stream.of("util", "lang", "net", "io", "nio", "time", "util.concurrent")
                .map(opened -> "--add-opens=java.base/java." + opened + "=ALL-UNNAMED")
                .forEach(command::add);
        command.addAll(List.of("-cp", classPath.stream().collect(Collectors.joining(File.pathSeparator)), main));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
