package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.PomaiIndex;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What all commands have in common: the index, the Hadoop settings, and the form of the answer. */
abstract class IndexCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "INDEX",
            description = "the index: a path of any Hadoop file system, such as /data/words, hdfs:///indexes/words or"
                    + " s3a://bucket/words")
    private String path;

    @Option(names = "--json", description = "answer with one JSON object")
    private boolean json;

    @Option(
            names = {"-D", "--setting"},
            paramLabel = "NAME=VALUE",
            description = "a Hadoop setting; other users of the machine see it, so credentials belong into a file")
    private final Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--settings", paramLabel = "FILE", description = "a file of Hadoop settings, as core-site.xml")
    private final List<Path> settingFiles = new ArrayList<>();

    private Configuration configuration;

    /** Does the work; the status is that of the process. */
    abstract ExitStatus run(PomaiIndex index) throws IOException;

    @Override
    public final Integer call() throws IOException {
        configuration = new Configuration();
        return run(open()).code();
    }

    /** The Hadoop settings that the command was given. */
    final Configuration configuration() {
        return configuration;
    }

    private PomaiIndex open() throws IOException {
        for (Path file : settingFiles) {
            if (!Files.isReadable(file)) {
                throw new ConfigurationException("Cannot read the settings " + file
                        + ": there is no such file (accepted: a file as core-site.xml)");
            }
            configuration.addResource(
                    new org.apache.hadoop.fs.Path(file.toAbsolutePath().toUri()));
        }
        settings.forEach(configuration::set);
        try {
            return PomaiIndex.at(new org.apache.hadoop.fs.Path(path), configuration);
        } catch (IllegalArgumentException | UnsupportedFileSystemException e) {
            throw new ConfigurationException(
                    "Cannot open index " + path + ": " + e.getMessage()
                            + " (accepted: a Hadoop path of a file system whose jars are in POMAIDB_CLASSPATH)",
                    e);
        }
    }

    /** Writes the answer in the form that was asked for. */
    final void answer(Answer answer) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            writeJson(out, answer);
        } else {
            answer.text(out);
        }
        out.flush();
    }

    private static void writeJson(PrintWriter out, Answer answer) throws IOException {
        try (JsonGenerator generator =
                new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            generator.useDefaultPrettyPrinter();
            generator.writeStartObject();
            answer.json(generator);
            generator.writeEndObject();
        }
        out.println();
    }

    /** Writes the error for a program that reads the answer; people find it on standard error. */
    final void answerError(ExitStatus status, String message) throws IOException {
        if (json) {
            writeJson(spec.commandLine().getOut(), new ErrorAnswer(status, message));
            spec.commandLine().getOut().flush();
        }
    }

    private record ErrorAnswer(ExitStatus status, String message) implements Answer {
        @Override
        public void text(PrintWriter out) {
            out.println(message);
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            json.writeObjectFieldStart("error");
            json.writeStringField("status", status.name().toLowerCase(java.util.Locale.ROOT));
            json.writeStringField("message", message);
            json.writeEndObject();
        }
    }
}
