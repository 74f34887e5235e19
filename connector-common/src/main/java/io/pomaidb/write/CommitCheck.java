package io.pomaidb.write;

import io.pomaidb.index.Snapshot;
import java.io.IOException;

/** What a commit asks before it follows a snapshot, in each attempt anew: others may have committed since the last one. */
@FunctionalInterface
public interface CommitCheck {
    /** Lets every commit pass. */
    CommitCheck NONE = current -> {};

    /**
     * Looks at the snapshot that the commit would follow.
     *
     * @throws io.pomaidb.index.CommitConflictException if the commit would mean something else there
     */
    void check(Snapshot current) throws IOException;
}
