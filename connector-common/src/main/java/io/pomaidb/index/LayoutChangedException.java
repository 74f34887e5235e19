package io.pomaidb.index;

/**
 * The index has other shards than the change was made for. Whoever made the change can spread it anew, and then it means
 * the same.
 */
public final class LayoutChangedException extends CommitConflictException {
    private static final long serialVersionUID = 1L;

    public LayoutChangedException(String message) {
        super(message);
    }
}
