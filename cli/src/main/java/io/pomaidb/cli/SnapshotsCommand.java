package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Segment;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** The versions of an index. */
@Command(name = "snapshots", description = "Lists the versions that can be read.", mixinStandardHelpOptions = true)
final class SnapshotsCommand extends IndexCommand {
    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        index.latestExisting();
        var snapshots = new ArrayList<Snapshot>();
        for (long version : index.versions()) {
            snapshots.add(index.snapshot(version));
        }
        answer(new Versions(snapshots));
        return ExitStatus.DONE;
    }

    private record Versions(List<Snapshot> snapshots) implements Answer {
        private static long bytes(Snapshot snapshot) {
            return snapshot.segments().stream().mapToLong(Segment::bytes).sum();
        }

        @Override
        public void text(PrintWriter out) {
            out.printf(
                    "%8s  %-20s  %-10s  %8s  %15s  %10s%n", "version", "time", "operation", "segments", "rows", "size");
            for (Snapshot snapshot : snapshots) {
                out.printf(
                        "%8d  %-20s  %-10s  %8d  %15s  %10s%n",
                        snapshot.version(),
                        Units.time(snapshot.timestampMillis()),
                        snapshot.operation(),
                        snapshot.segments().size(),
                        Units.count(snapshot.rows()),
                        Units.bytes(bytes(snapshot)));
            }
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            json.writeArrayFieldStart("snapshots");
            for (Snapshot snapshot : snapshots) {
                json.writeStartObject();
                json.writeNumberField("version", snapshot.version());
                json.writeNumberField("timestamp", snapshot.timestampMillis());
                json.writeStringField("operation", snapshot.operation());
                json.writeNumberField("segments", snapshot.segments().size());
                json.writeNumberField("rows", snapshot.rows());
                json.writeNumberField("bytes", bytes(snapshot));
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
