package io.pomaidb.verify;

import java.util.Objects;

/**
 * Something that is wrong with an index.
 *
 * @param where the version or segment that it is about
 * @param problem what is wrong, with the value and where it stands
 */
public record Finding(String where, String problem) {
    public Finding {
        Objects.requireNonNull(where, "where");
        Objects.requireNonNull(problem, "problem");
    }

    @Override
    public String toString() {
        return where + ": " + problem;
    }
}
