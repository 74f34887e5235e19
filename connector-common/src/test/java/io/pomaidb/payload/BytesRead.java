package io.pomaidb.payload;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk, counting the bytes that are read of it and how often reading begins elsewhere. For one thread. */
final class BytesRead extends RawLocalFileSystem {
    private long bytes;
    private int seeks;

    BytesRead() throws IOException {
        initialize(URI.create("file:///"), new Configuration());
    }

    long bytes() {
        return bytes;
    }

    int seeks() {
        return seeks;
    }

    void reset() {
        bytes = 0;
        seeks = 0;
    }

    @Override
    public FSDataInputStream open(Path file, int bufferSize) throws IOException {
        FSDataInputStream in = super.open(file, bufferSize);
        return new FSDataInputStream(new FSInputStream() {
            @Override
            public void seek(long position) throws IOException {
                seeks++;
                in.seek(position);
            }

            @Override
            public long getPos() throws IOException {
                return in.getPos();
            }

            @Override
            public boolean seekToNewSource(long target) {
                return false;
            }

            @Override
            public int read() throws IOException {
                bytes++;
                return in.read();
            }

            @Override
            public int read(byte[] to, int from, int count) throws IOException {
                int read = in.read(to, from, count);
                bytes += Math.max(0, read);
                return read;
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        });
    }
}
