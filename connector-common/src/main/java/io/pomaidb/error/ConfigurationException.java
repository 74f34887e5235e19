package io.pomaidb.error;

/**
 * A setting that cannot be used: an unknown option, a value out of range, an index that was made with other settings, a
 * native library that does not fit. Thrown before anything is written.
 */
public final class ConfigurationException extends RuntimeException {

    public ConfigurationException(String message) {
        super(message);
    }

    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
