package io.pomaidb.flink;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk under the scheme {@code flaky}, on which fails what a test says. */
public final class FlakyFileSystem extends RawLocalFileSystem {
    private static final String OPTION = "fs.flaky.impl";
    private static final AtomicInteger LISTINGS = new AtomicInteger();
    private static final AtomicReference<Hold> HELD = new AtomicReference<>();
    private static volatile String file = "";

    /** Has files of a name not be opened, from now on. */
    public static void breakFile(String name) {
        file = name;
    }

    /**
     * Has the next opening of a file wait.
     *
     * @param goOn what it waits for
     * @return counted down when it waits
     */
    public static CountDownLatch holdFile(String name, CountDownLatch goOn) {
        var hold = new Hold(name, new CountDownLatch(1), goOn);
        HELD.set(hold);
        return hold.reached();
    }

    private record Hold(String name, CountDownLatch reached, CountDownLatch goOn) {}

    /** Has the next listings of folders fail. */
    public static void breakListings(int next) {
        LISTINGS.set(next);
    }

    /** Has everything work. */
    public static void mend() {
        file = "";
        HELD.set(null);
        LISTINGS.set(0);
    }

    /** The address of a folder. */
    public static String path(Path folder) {
        return "flaky://" + folder;
    }

    /** Settings that know the scheme. */
    public static HadoopSettings settings() {
        return HadoopSettings.with(Map.of(OPTION, FlakyFileSystem.class.getName()));
    }

    /** The same as Hadoop has them. */
    public static Configuration configuration() {
        return settings().load();
    }

    @Override
    public URI getUri() {
        return URI.create("flaky:///");
    }

    @Override
    public String getScheme() {
        return "flaky";
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize) throws IOException {
        if (path.getName().equals(file)) {
            throw new IOException("A test wants this not to be opened: " + path);
        }
        Hold hold = HELD.get();
        if (hold != null && hold.name().equals(path.getName()) && HELD.compareAndSet(hold, null)) {
            hold.reached().countDown();
            try {
                hold.goOn().await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("The test is over", e);
            }
        }
        return super.open(path, bufferSize);
    }

    @Override
    public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws FileNotFoundException, IOException {
        if (LISTINGS.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IOException("A test wants this not to be listed: " + path);
        }
        return super.listStatus(path);
    }
}
