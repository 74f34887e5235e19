package io.pomaidb.spark;

import io.pomaidb.fixture.HookedDisk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;

/** The local disk as an unlucky task sees it: {@code flaky://once/path}. The driver's files are safe. */
public final class FlakyFileSystem extends HookedDisk {
    /** The first attempt of every task cannot create files. */
    static final String ONCE = "flaky://once";
    /** Every attempt of the task of partition 1 fails to create files. */
    static final String ALWAYS = "flaky://always";
    /** All tasks but that of partition 0 hang when they create a file, until they are killed. */
    static final String HANGING = "flaky://hanging";
    /** The task of partition 1 fails, and that of partition 0 creates its files when it has been killed for that. */
    static final String LATE = "flaky://late";

    @Override
    public String getScheme() {
        return "flaky";
    }

    @Override
    protected void before(Operation operation, Path path) throws IOException {
        var task = TaskContext.get();
        if (task == null || operation != Operation.CREATE) {
            return;
        }
        switch (getUri().getAuthority()) {
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
