package io.pomaidb.index;

import io.delta.storage.LogStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Commits by Delta's log stores, which know HDFS, ABFS and GCS: each writes a temporary file and renames it. */
final class LogStoreCommitStore implements CommitStore {
    private final LogStore logStore;
    private final Configuration configuration;

    LogStoreCommitStore(LogStore logStore, Configuration configuration) {
        this.logStore = logStore;
        this.configuration = configuration;
    }

    @Override
    public void putIfAbsent(Path file, byte[] content) throws IOException {
        file.getFileSystem(configuration).mkdirs(file.getParent());
        var lines = new String(content, StandardCharsets.UTF_8).lines().iterator();
        try {
            logStore.write(file, lines, false, configuration);
        } catch (FileAlreadyExistsException e) {
            var taken = new org.apache.hadoop.fs.FileAlreadyExistsException(file.toString());
            taken.initCause(e);
            throw taken;
        }
    }
}
