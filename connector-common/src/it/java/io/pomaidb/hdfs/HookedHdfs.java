package io.pomaidb.hdfs;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.util.Progressable;

/** HDFS on which something happens once, in the middle of the next large file that is read or written. */
public final class HookedHdfs extends DistributedFileSystem {
    private static final long MIDDLE = 1_200_000;
    private static final AtomicReference<Event> NEXT = new AtomicReference<>();

    /** What happens. */
    interface Event {
        void happen() throws IOException;
    }

    /** The same HDFS through this class. */
    static Configuration configuration(Configuration hdfs) {
        var configuration = new Configuration(hdfs);
        configuration.setClass("fs.hdfs.impl", HookedHdfs.class, FileSystem.class);
        configuration.setBoolean("fs.hdfs.impl.disable.cache", true);
        return configuration;
    }

    /** Has {@code event} happen in the middle of the next file. */
    static void next(Event event) {
        NEXT.set(event);
    }

    /** Whether the event has happened. */
    static boolean happened() {
        return NEXT.get() == null;
    }

    private static void moved(long before, long after) throws IOException {
        if (before < MIDDLE && after >= MIDDLE) {
            Event event = NEXT.getAndSet(null);
            if (event != null) {
                event.happen();
            }
        }
    }

    @Override
    public FSDataInputStream open(Path file, int bufferSize) throws IOException {
        return new FSDataInputStream(new In(super.open(file, bufferSize)));
    }

    @Override
    public FSDataOutputStream create(
            Path file,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        return new FSDataOutputStream(
                new Out(super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress)), null);
    }

    private static final class In extends FSInputStream {
        private final FSDataInputStream in;

        In(FSDataInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            long before = in.getPos();
            int count = in.read(buffer, offset, length);
            moved(before, in.getPos());
            return count;
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public boolean seekToNewSource(long target) throws IOException {
            return in.seekToNewSource(target);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static final class Out extends FilterOutputStream implements Syncable, StreamCapabilities {
        private final FSDataOutputStream hdfs;
        private long position;

        Out(FSDataOutputStream hdfs) {
            super(hdfs);
            this.hdfs = hdfs;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            OutputStream direct = hdfs;
            direct.write(buffer, offset, length);
            moved(position, position + length);
            position += length;
        }

        @Override
        public void hflush() throws IOException {
            hdfs.hflush();
        }

        @Override
        public void hsync() throws IOException {
            hdfs.hsync();
        }

        @Override
        public boolean hasCapability(String capability) {
            return hdfs.hasCapability(capability);
        }
    }
}
