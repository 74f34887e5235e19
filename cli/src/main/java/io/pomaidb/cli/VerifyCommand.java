package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.verify.Finding;
import io.pomaidb.verify.IndexVerifier;
import io.pomaidb.verify.VerifyReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads everything that an index consists of. */
@Command(
        name = "verify",
        description = "Checks every checksum, every row and every rule of the format, and lists what is wrong.",
        mixinStandardHelpOptions = true)
final class VerifyCommand extends IndexCommand {
    @Option(
            names = "--scratch",
            paramLabel = "FOLDER",
            description =
                    "where segments of a remote index are read, one at a time (default: the JVM's temporary folder)")
    private Path scratch = Path.of(System.getProperty("java.io.tmpdir"));

    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        // Readable by this user only.
        Path folder = Files.createTempDirectory(scratch, "pomaidb-verify");
        try {
            VerifyReport report = verify(index, folder);
            answer(new Report(index, report));
            return report.findings().isEmpty() ? ExitStatus.DONE : ExitStatus.DAMAGED;
        } finally {
            LocalDirectories.delete(folder);
        }
    }

    private static VerifyReport verify(PomaiIndex index, Path folder) throws IOException {
        try (ProgressBar progress = ProgressBar.of("checking")) {
            return new IndexVerifier(index, folder, progress::show).run();
        }
    }

    private record Report(PomaiIndex index, VerifyReport report) implements Answer {
        @Override
        public void text(PrintWriter out) {
            for (Finding finding : report.findings()) {
                out.println(Printable.of(finding.toString()));
            }
            out.printf(
                    "%s: %s in %s snapshots and %s segments with %s rows, %s%n",
                    Printable.of(index.path().toString()),
                    report.findings().isEmpty()
                            ? "nothing is wrong"
                            : report.findings().size() + " things are wrong",
                    Units.count(report.snapshots()),
                    Units.count(report.segments()),
                    Units.count(report.rows()),
                    Units.bytes(report.bytes()));
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            json.writeStringField("path", index.path().toString());
            json.writeNumberField("snapshots", report.snapshots());
            json.writeNumberField("segments", report.segments());
            json.writeNumberField("rows", report.rows());
            json.writeNumberField("bytes", report.bytes());
            json.writeArrayFieldStart("findings");
            for (Finding finding : report.findings()) {
                json.writeStartObject();
                json.writeStringField("where", finding.where());
                json.writeStringField("problem", finding.problem());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
