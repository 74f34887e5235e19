package io.pomaidb.index;

/**
 * Another writer changed an index such that a commit would no longer mean what its writer planned. Nothing of the commit
 * became visible; planned anew, the same write may succeed.
 */
public sealed class CommitConflictException extends RuntimeException permits LayoutChangedException {
    public CommitConflictException(String message) {
        super(message);
    }
}
