package io.pomaidb.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The program; its commands are classes of their own. */
@Command(
        name = "pomaidb",
        description = "Looks at, checks, searches and maintains a PomaiDB index on any Hadoop file system.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            InfoCommand.class,
            SnapshotsCommand.class,
            VerifyCommand.class,
            SearchCommand.class,
            CompactCommand.class,
            VacuumCommand.class,
            RollbackCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the index is damaged",
            "2:the command line or an option is wrong, or there is no index",
            "3:another writer's commit came first; nothing was changed",
            "4:the file system, the engine or the program failed",
            "5:it cannot be told whether a commit happened"
        })
final class Pomaidb {
    private static final Logger LOG = LoggerFactory.getLogger(Pomaidb.class);

    private Pomaidb() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Pomaidb())
                .setExecutionExceptionHandler(Pomaidb::explain)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    /** One line that says what went wrong; the stack trace is for the log at level debug. */
    private static int explain(Exception failure, CommandLine commandLine, ParseResult parsed) throws IOException {
        ExitStatus status = ExitStatus.of(failure);
        String message = message(failure);
        PrintWriter err = commandLine.getErr();
        err.println(Printable.of(message));
        err.flush();
        LOG.debug("The command failed", failure);
        if (commandLine.getCommand() instanceof IndexCommand command) {
            command.answerError(status, message);
        }
        return status.code();
    }

    private static String message(Exception failure) {
        // Exceptions of file systems and of the JVM often say nothing without their name.
        return failure.getClass().getName().startsWith("io.pomaidb.") ? failure.getMessage() : failure.toString();
    }
}
