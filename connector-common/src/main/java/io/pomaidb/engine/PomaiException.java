package io.pomaidb.engine;

/**
 * A failure of the native engine. The message says what was attempted on which directory, and carries the engine's own
 * words. What the failed call leaves behind is said by the method that throws it.
 */
public final class PomaiException extends RuntimeException {

    private final int statusNumber;
    private final String nativeMessage;

    PomaiException(String attempt, int statusNumber, String nativeMessage) {
        super(withAttempt("Cannot " + attempt + ": ", nativeMessage) + " (engine status " + statusNumber + ", "
                + StatusCode.of(statusNumber) + ")");
        this.statusNumber = statusNumber;
        this.nativeMessage = nativeMessage;
    }

    /** Some of the engine's messages begin with the very words. */
    private static String withAttempt(String attempt, String nativeMessage) {
        return nativeMessage.startsWith(attempt) ? nativeMessage : attempt + nativeMessage;
    }

    /** The kind of failure. */
    public StatusCode statusCode() {
        return StatusCode.of(statusNumber);
    }

    /** The number that the library gave, also where {@link StatusCode} does not know it. */
    public int statusNumber() {
        return statusNumber;
    }

    /** The engine's own message, without what the binding put around it. */
    public String nativeMessage() {
        return nativeMessage;
    }
}
