package io.pomaidb.index;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** Writes a snapshot file if there is none of that name yet, such that of many processes exactly one succeeds. */
interface CommitStore {
    /**
     * Creates {@code file} with {@code content}. Readers see all of it or nothing.
     *
     * @throws org.apache.hadoop.fs.FileAlreadyExistsException if another commit has the name; other failures leave it
     *     open whether the file was created
     */
    void putIfAbsent(Path file, byte[] content) throws IOException;
}
