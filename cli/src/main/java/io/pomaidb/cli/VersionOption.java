package io.pomaidb.cli;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import picocli.CommandLine.Option;

/** Which version of the index a command reads. */
final class VersionOption {
    @Option(
            names = "--snapshot",
            paramLabel = "N",
            description = "an earlier version of the index (default: the latest)")
    private Long version;

    Snapshot read(PomaiIndex index) throws IOException {
        return version == null ? index.latestExisting() : index.snapshot(version);
    }
}
