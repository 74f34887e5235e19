package io.pomaidb.index;

import io.delta.storage.AzureLogStore;
import io.delta.storage.GCSLogStore;
import io.delta.storage.HDFSLogStore;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Chooses, for each file system, the way of creating a file that holds between processes there. */
final class CommitStores {
    private static final Set<String> S3 = Set.of("s3", "s3a", "s3n");
    private static final Set<String> AZURE = Set.of("abfs", "abfss", "adl", "wasb", "wasbs");

    private CommitStores() {}

    static CommitStore of(FileSystem fileSystem, Path directory, Configuration configuration) throws IOException {
        if (fileSystem instanceof RawLocalFileSystem local) {
            return new HardLinkCommitStore(local);
        }
        if (fileSystem.hasPathCapability(directory, ConditionalCreateCommitStore.OPTION)) {
            return new ConditionalCreateCommitStore(fileSystem);
        }
        String scheme = fileSystem.getUri().getScheme().toLowerCase(Locale.ROOT);
        if (S3.contains(scheme)) {
            return new PlainCreateCommitStore(fileSystem);
        }
        if (AZURE.contains(scheme)) {
            return new LogStoreCommitStore(new AzureLogStore(configuration), configuration);
        }
        if (scheme.equals("gs")) {
            return new LogStoreCommitStore(new GCSLogStore(configuration), configuration);
        }
        return new LogStoreCommitStore(new HDFSLogStore(configuration), configuration);
    }
}
