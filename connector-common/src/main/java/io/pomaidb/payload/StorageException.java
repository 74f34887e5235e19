package io.pomaidb.payload;

import java.io.IOException;

/** Says that the file system failed, and not Parquet at what the file holds: it throws the same kind of exception. */
final class StorageException extends IOException {
    private static final long serialVersionUID = 1L;

    StorageException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Whether a failure began in the file system. */
    static boolean isIn(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageException) {
                return true;
            }
        }
        return false;
    }
}
