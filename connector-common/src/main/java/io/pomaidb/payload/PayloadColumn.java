package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;
import java.util.Objects;

/**
 * A payload column, or a field of a struct. Immutable.
 *
 * @param name 1 to {@value #MAX_NAME} characters, none of them a control character
 * @param type what its values are; null is one of them
 */
public record PayloadColumn(String name, PayloadType type) implements Serializable {
    /** Characters that a name may have. */
    static final int MAX_NAME = 1000;

    /**
     * Checks the name.
     *
     * @throws ConfigurationException if it is empty, too long or has control characters
     */
    public PayloadColumn {
        Objects.requireNonNull(type, "type");
        if (name.isEmpty() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new ConfigurationException("Cannot make a payload column: its name "
                    + (name.length() > MAX_NAME ? "has " + name.length() + " characters" : "is \"" + name + '"')
                    + " (accepted: 1 to " + MAX_NAME + " characters and no control characters)");
        }
    }
}
