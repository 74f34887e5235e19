package io.pomaidb.index;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Commits on an object store that creates an object only if its key is free: S3A of Hadoop 3.4.2 and later, where the
 * check is the store's own at the end of the upload. The loser's close() fails with an exception of hadoop-aws, which
 * is not on this module's class path: the commit loop reads back who won.
 */
final class ConditionalCreateCommitStore implements CommitStore {
    /** Spelled out because Hadoop before 3.4.2 has no constant for it. */
    static final String OPTION = "fs.option.create.conditional.overwrite";

    private final FileSystem fileSystem;

    ConditionalCreateCommitStore(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    @Override
    public void putIfAbsent(Path file, byte[] content) throws IOException {
        var builder = fileSystem.createFile(file);
        builder.create().overwrite(true).recursive();
        builder.must(OPTION, "true");
        ObjectUpload.finish(builder.build(), content);
    }
}
