package io.pomaidb.index;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits on S3 without conditional create: the check for an existing object and the upload are two requests, so two
 * drivers can both succeed and one of the commits is lost. Safe for one writing driver at a time, and says so once.
 */
final class PlainCreateCommitStore implements CommitStore {
    private static final Logger LOG = LoggerFactory.getLogger(PlainCreateCommitStore.class);
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private final FileSystem fileSystem;

    PlainCreateCommitStore(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    @Override
    public void putIfAbsent(Path file, byte[] content) throws IOException {
        if (!WARNED.getAndSet(true)) {
            LOG.warn(
                    "The file system {} cannot create a file only if it is absent: let one driver at a time write to an"
                            + " index there (S3A can with Hadoop 3.4.2 or later)",
                    fileSystem.getUri());
        }
        ObjectUpload.finish(fileSystem.create(file, false), content);
    }
}
