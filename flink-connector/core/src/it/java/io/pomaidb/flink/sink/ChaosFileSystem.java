package io.pomaidb.flink.sink;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local disk, {@code chaos:///path}, on which a part of all creations, readings and listings fail, when armed. */
public final class ChaosFileSystem extends RawLocalFileSystem {
    private static final URI NAME = URI.create("chaos:///");
    private static final AtomicInteger FAILURES = new AtomicInteger();
    private static volatile double probability;

    /** Has this part of all operations fail from now on. */
    static void arm(double newProbability) {
        probability = newProbability;
    }

    /** Operations that have failed so far. */
    static int failures() {
        return FAILURES.get();
    }

    private static void strike(Path path) throws IOException {
        if (ThreadLocalRandom.current().nextDouble() < probability) {
            FAILURES.incrementAndGet();
            throw new IOException("A test wants operations on " + path + " to fail");
        }
    }

    @Override
    public URI getUri() {
        return NAME;
    }

    @Override
    public String getScheme() {
        return "chaos";
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
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        strike(path);
        return super.open(path, bufferSize);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws FileNotFoundException, IOException {
        strike(path);
        return super.listStatus(path);
    }
}
