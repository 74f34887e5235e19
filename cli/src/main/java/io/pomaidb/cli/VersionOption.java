package io.pomaidb.cli;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.time.Instant;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which version of the index a command reads. */
final class VersionOption {
    @ArgGroup
    private Choice choice;

    /** At most one of them. */
    static final class Choice {
        @Option(names = "--snapshot", paramLabel = "N", description = "version N (default: the latest)")
        private Long version;

        @Option(
                names = "--as-of",
                paramLabel = "TIME",
                description = "the version that readers saw at a time, as in 2026-11-22T18:00:00Z")
        private Instant time;

        @Option(names = "--tag", paramLabel = "NAME", description = "the version that a tag names")
        private String tag;
    }

    Snapshot read(PomaiIndex index) throws IOException {
        if (choice == null) {
            return index.latestExisting();
        }
        if (choice.version != null) {
            return index.snapshot(choice.version);
        }
        return choice.time != null ? index.snapshot(choice.time) : index.snapshot(choice.tag);
    }
}
