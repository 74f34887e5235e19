package io.pomaidb.verify;

/** Hears how far a check is. Called by the checking thread. */
@FunctionalInterface
public interface VerifyProgress {
    /**
     * Something has been checked.
     *
     * @param doneBytes bytes of segments that have been checked
     * @param allBytes bytes of all segments
     */
    void checked(long doneBytes, long allBytes);
}
