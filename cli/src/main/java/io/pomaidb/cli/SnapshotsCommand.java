package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.SnapshotInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** The versions of an index. */
@Command(name = "snapshots", description = "Lists the versions that can be read.", mixinStandardHelpOptions = true)
final class SnapshotsCommand extends IndexCommand {
    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        index.latestExisting();
        answer(new Versions(index.snapshots()));
        return ExitStatus.DONE;
    }

    private record Versions(List<SnapshotInfo> snapshots) implements Answer {
        @Override
        public void text(PrintWriter out) {
            out.printf(
                    "%8s  %-20s  %-10s  %8s  %15s  %10s  %s%n",
                    "version", "time", "operation", "segments", "rows", "size", "tags");
            for (SnapshotInfo snapshot : snapshots) {
                out.printf(
                        "%8d  %-20s  %-10s  %8d  %15s  %10s  %s%n",
                        snapshot.version(),
                        Units.time(snapshot.timestamp().toEpochMilli()),
                        snapshot.operation(),
                        snapshot.segments(),
                        Units.count(snapshot.rows()),
                        Units.bytes(snapshot.bytes()),
                        Printable.of(String.join(", ", snapshot.tags())));
            }
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            json.writeArrayFieldStart("snapshots");
            for (SnapshotInfo snapshot : snapshots) {
                json.writeStartObject();
                json.writeNumberField("version", snapshot.version());
                json.writeNumberField("timestamp", snapshot.timestamp().toEpochMilli());
                json.writeStringField("operation", snapshot.operation());
                json.writeNumberField("segments", snapshot.segments());
                json.writeNumberField("rows", snapshot.rows());
                json.writeNumberField("bytes", snapshot.bytes());
                json.writeArrayFieldStart("tags");
                for (String tag : snapshot.tags()) {
                    json.writeString(tag);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
