package io.pomaidb.engine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs a main class in a JVM of its own, with its own system properties and environment, and collects its answer. */
final class FreshJvm {

    private final Path directory;
    private final List<String> flags = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private String classPath = System.getProperty("java.class.path");

    /** Keeps the answer and the output in {@code directory}. */
    FreshJvm(Path directory) {
        this.directory = directory;
    }

    FreshJvm flag(String flag) {
        flags.add(flag);
        return this;
    }

    FreshJvm property(String name, Object value) {
        return flag("-D" + name + "=" + value);
    }

    FreshJvm environment(String name, Object value) {
        environment.put(name, value.toString());
        return this;
    }

    /** Puts {@code entry} before all that the class path has. */
    FreshJvm first(Path entry) {
        classPath = entry + File.pathSeparator + classPath;
        return this;
    }

    /** Leaves out what the class path has at {@code entry}. */
    FreshJvm without(Path entry) {
        classPath = Arrays.stream(classPath.split(File.pathSeparator, -1))
                .filter(other -> !Path.of(other).equals(entry))
                .collect(Collectors.joining(File.pathSeparator));
        return this;
    }

    /** What {@code main} writes to the file that is its first argument. Fails unless the JVM ends with 0. */
    String run(Class<?> main) throws IOException, InterruptedException {
        var answer = Files.createTempFile(directory, "answer", ".txt");
        var output = Files.createTempFile(directory, "output", ".txt");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main.getName(), answer.toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().remove(PomaiLibrary.ENVIRONMENT_VARIABLE);
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            if (!process.waitFor(3, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(command + " did not end well: " + Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(answer);
    }
}
