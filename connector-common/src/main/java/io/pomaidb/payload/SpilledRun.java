package io.pomaidb.payload;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Encoded rows in the order of their ids, each id once, in a scratch file that a {@link Writer} wrote. */
final class SpilledRun implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final DataInputStream in;
    private long left;
    private long id;
    private byte[] bytes = new byte[0];
    private int size;

    private SpilledRun(DataInputStream in, long rows) {
        this.in = in;
        this.left = rows;
    }

    /** Steps to the next row; false at the end. */
    boolean next() throws IOException {
        if (left == 0) {
            return false;
        }
        left--;
        id = in.readLong();
        size = in.readInt();
        if (bytes.length < size) {
            bytes = new byte[size];
        }
        in.readFully(bytes, 0, size);
        return true;
    }

    long id() {
        return id;
    }

    /** The row's encoding, from 0 to {@link #size}; changed by the next step. */
    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** A run that is being written, and then waits to be read. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private final DataOutputStream out;
        private final int level;
        private long rows;
        private long lastId;

        /** A run that was merged from runs of the level below; 0 where its rows came from memory. */
        Writer(Path file, int level) throws IOException {
            this.file = file;
            this.level = level;
            this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
        }

        int level() {
            return level;
        }

        /** Whether a row of this id can follow those that the run has. */
        boolean isBefore(long id) {
            return rows == 0 || Long.compareUnsigned(lastId, id) < 0;
        }

        void add(long id, byte[] encoded, int offset, int length) throws IOException {
            out.writeLong(id);
            out.writeInt(length);
            out.write(encoded, offset, length);
            lastId = id;
            rows++;
        }

        /** Ends the writing and begins the reading. */
        SpilledRun read() throws IOException {
            out.close();
            return new SpilledRun(
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)), rows);
        }

        /** Deletes the file. */
        @Override
        public void close() throws IOException {
            try {
                out.close();
            } finally {
                Files.deleteIfExists(file);
            }
        }
    }
}
