package io.pomaidb.cli;

import io.pomaidb.index.PomaiIndex;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Goes back to an earlier version, by a new one. */
@Command(
        name = "rollback",
        description = "Makes an earlier version the current one again; the versions between stay readable.",
        mixinStandardHelpOptions = true)
final class RollbackCommand extends IndexCommand {
    @Option(names = "--to", paramLabel = "N", required = true, description = "the version to go back to")
    private long version;

    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        answer(new CommitAnswer(index.rollback(version)));
        return ExitStatus.DONE;
    }
}
