package io.pomaidb.write;

import java.io.IOException;
import java.nio.file.Path;

/** Adds files to a segment before it is uploaded, such as the payload of its rows. */
@FunctionalInterface
public interface SegmentCompanion {
    /** Adds nothing. */
    SegmentCompanion NONE = (shard, directory) -> {};

    /**
     * Writes files into the directory of a database that is complete and closed. They become part of the segment.
     *
     * @param shard of the rows
     * @param directory on the local disk
     */
    void write(int shard, Path directory) throws IOException;
}
