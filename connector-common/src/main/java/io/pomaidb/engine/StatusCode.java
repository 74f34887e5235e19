package io.pomaidb.engine;

/** What kind of failure the native engine reports; the numbers are the C ABI's. */
public enum StatusCode {
    OK(0),
    INVALID_ARGUMENT(1),
    NOT_FOUND(2),
    ALREADY_EXISTS(3),
    IO_ERROR(4),
    CORRUPTION(5),
    RESOURCE_EXHAUSTED(6),
    DEADLINE_EXCEEDED(7),
    INTERNAL(8),
    UNIMPLEMENTED(9),
    PARTIAL_FAILURE(10),
    /** A number that the ABI does not define; {@link PomaiException#statusNumber()} has it. */
    UNKNOWN(-1);

    private final int number;

    StatusCode(int number) {
        this.number = number;
    }

    /** The ABI's number. */
    public int number() {
        return number;
    }

    /** The code of an ABI number, {@link #UNKNOWN} for one that is not defined. */
    public static StatusCode of(int number) {
        for (var code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return UNKNOWN;
    }
}
