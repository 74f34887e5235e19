package io.pomaidb.index;

import java.io.Serializable;
import java.util.Objects;

/**
 * Makes a commit idempotent: of each application a snapshot keeps the highest version that has been committed, and a
 * commit whose version is not above it changes nothing.
 *
 * @param application identity that survives restarts, such as a streaming query's or a sink's id
 * @param version grows with each commit of the application, such as an epoch or a checkpoint id
 */
public record Transaction(String application, long version) implements Serializable {
    public Transaction {
        Objects.requireNonNull(application, "application");
    }
}
