package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;

/** The version that a command committed, or the current one where there was nothing to do. */
record CommitAnswer(Snapshot snapshot) implements Answer {
    @Override
    public void text(PrintWriter out) {
        out.printf(
                "version %d, %s: %s rows in %s segments%n",
                snapshot.version(),
                snapshot.operation(),
                Units.count(snapshot.rows()),
                Units.count(snapshot.segments().size()));
    }

    @Override
    public void json(JsonGenerator json) throws IOException {
        json.writeNumberField("version", snapshot.version());
        json.writeStringField("operation", snapshot.operation());
        json.writeNumberField("rows", snapshot.rows());
        json.writeNumberField("segments", snapshot.segments().size());
    }
}
