package io.pomaidb.spark;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.TaskContext;

/** The local disk as an unlucky task sees it: {@code flaky://once/path}. The driver's files are safe. */
public final class FlakyFileSystem extends RawLocalFileSystem {
    /** The first attempt of every task cannot create files. */
    static final String ONCE = "flaky://once";
    /** Every attempt of the task of partition 1 fails to create files. */
    static final String ALWAYS = "flaky://always";
    /** All tasks but that of partition 0 hang when they create a file, until they are killed. */
    static final String HANGING = "flaky://hanging";
    /** The task of partition 1 fails, and that of partition 0 creates its files when it has been killed for that. */
    static final String LATE = "flaky://late";

    /** Null while the superclass is being constructed. */
    private URI uri;

    @Override
    public void initialize(URI name, Configuration configuration) throws IOException {
        uri = URI.create("flaky://" + name.getAuthority() + "/");
        super.initialize(name, configuration);
    }

    @Override
    public URI getUri() {
        return uri == null ? URI.create(ONCE) : uri;
    }

    @Override
    public String getScheme() {
        return "flaky";
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        strike(path);
        return super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        strike(path);
        return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
    }

    private void strike(Path path) throws IOException {
        var task = TaskContext.get();
        if (task == null) {
            return;
        }
        switch (uri.getAuthority()) {
            case "once" -> fail(task.attemptNumber() == 0, path);
            case "always" -> fail(task.partitionId() == 1, path);
            case "late" -> {
                fail(task.partitionId() == 1, path);
                SparkSpec.eventually(() -> task.partitionId() != 0 || task.isInterrupted());
            }
            default -> hang(task.partitionId() != 0);
        }
    }

    private static void fail(boolean really, Path path) throws IOException {
        if (really) {
            throw new IOException("The disk failed under " + path);
        }
    }

    private static void hang(boolean really) throws IOException {
        if (really) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw (IOException) new InterruptedIOException("killed").initCause(e);
            }
        }
    }
}
