package io.pomaidb.index;

import java.io.IOException;
import java.nio.file.Path;

/** Where an entry of the cache comes from, and what makes it whole. */
interface CacheSource {
    /**
     * The bytes to make room for before {@link #fill}; 0 where it takes next to none.
     *
     * @throws io.pomaidb.error.DataException if it is known already that the entry cannot be made
     */
    long room() throws IOException;

    /**
     * Puts the files into an empty folder that nobody else knows.
     *
     * @return how many bytes came from elsewhere
     */
    long fill(Path folder) throws IOException;

    /** Whether an entry has all its files in their sizes. */
    boolean isComplete(Path entry) throws IOException;

    /** Whether an entry has all its files unchanged. */
    boolean isIntact(Path entry) throws IOException;
}
