package io.pomaidb.error;

/**
 * A row, query or file whose content cannot be accepted: a null or non-finite component, a vector of another dimension, a
 * damaged segment file. Nothing of the commit it belongs to becomes visible.
 */
public final class DataException extends RuntimeException {

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
