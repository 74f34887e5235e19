package io.pomaidb.cli;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.CommitStateUnknownException;
import picocli.CommandLine.ParameterException;

/** What the process's exit code says; docs/command-line.md promises the numbers. */
enum ExitStatus {
    /** What was asked for has been done. */
    DONE(0),
    /** The index is damaged: a file is missing or not what it was when it was written. */
    DAMAGED(1),
    /** The command line or an option is wrong, or there is no index. */
    USAGE(2),
    /** Another writer's commit came first and this one would mean something else after it; nothing was changed. */
    CONFLICT(3),
    /** The file system, the engine or the program failed. */
    FAILED(4),
    /** It cannot be told whether a commit happened. */
    UNKNOWN(5);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** What an exception means. */
    static ExitStatus of(Throwable failure) {
        if (failure instanceof CommitStateUnknownException) {
            return UNKNOWN;
        }
        if (failure instanceof CommitConflictException) {
            return CONFLICT;
        }
        if (failure instanceof DataException) {
            return DAMAGED;
        }
        if (failure instanceof ConfigurationException || failure instanceof ParameterException) {
            return USAGE;
        }
        return FAILED;
    }
}
