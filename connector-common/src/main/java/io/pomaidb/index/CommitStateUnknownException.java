package io.pomaidb.index;

import java.io.IOException;

/**
 * The file system failed during a commit and does not tell whether the snapshot exists. The segments of the commit must
 * stay: they may be visible now or become so. Repeating the write with the same {@link Transaction} is safe.
 */
public final class CommitStateUnknownException extends IOException {
    public CommitStateUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
