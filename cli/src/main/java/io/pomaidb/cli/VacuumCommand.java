package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.index.VacuumReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Expires old versions and deletes what no version needs. */
@Command(
        name = "vacuum",
        description = "Expires old versions and deletes the files that no retained version lists.",
        mixinStandardHelpOptions = true)
final class VacuumCommand extends IndexCommand {
    @Option(
            names = "--retention",
            paramLabel = "TIME",
            description =
                    "versions that readers saw within this time stay, as in 7d or 12h (default: ${DEFAULT-VALUE})")
    private String retention = "7d";

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "so many of the latest versions stay in any case (default: ${DEFAULT-VALUE})")
    private int keep = VacuumOptions.DEFAULT.keepVersions();

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            description =
                    "files that no version lists stay for this time, longer than any job runs: a running one may be"
                            + " about to commit them (default: ${DEFAULT-VALUE})")
    private String grace = "3d";

    @Option(names = "--dry-run", description = "change nothing, and show what would go")
    private boolean dryRun;

    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        index.latestExisting();
        answer(new Deleted(index.vacuum(
                new VacuumOptions(duration("--retention", retention), keep, duration("--grace", grace), dryRun))));
        return ExitStatus.DONE;
    }

    /** Days, hours, minutes or seconds. */
    static Duration duration(String option, String text) {
        try {
            String upper = text.toUpperCase(Locale.ROOT);
            return Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper);
        } catch (DateTimeParseException e) {
            throw new ConfigurationException(
                    "Cannot use option " + option + ": '" + text + "' (accepted: a time as in 7d, 12h, 30m or 90s)", e);
        }
    }

    private record Deleted(VacuumReport report) implements Answer {
        @Override
        public void text(PrintWriter out) {
            String would = report.dryRun() ? "would be " : "";
            if (report.dryRun()) {
                report.files().forEach(file -> out.println(Printable.of(file)));
            }
            out.printf(
                    "%d versions %sexpired, %s files with %s %sdeleted, %s unlisted files are too young%n",
                    report.expired().size(),
                    would,
                    Units.count(report.files().size()),
                    Units.bytes(report.bytes()),
                    would,
                    Units.count(report.kept()));
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            json.writeBooleanField("dry_run", report.dryRun());
            json.writeArrayFieldStart("expired");
            for (long version : report.expired()) {
                json.writeNumber(version);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("files");
            for (String file : report.files()) {
                json.writeString(file);
            }
            json.writeEndArray();
            json.writeNumberField("bytes", report.bytes());
            json.writeNumberField("kept", report.kept());
        }
    }
}
