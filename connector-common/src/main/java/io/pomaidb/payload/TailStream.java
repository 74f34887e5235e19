package io.pomaidb.payload;

import io.pomaidb.error.DataException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Reads a payload file for Parquet. The end is read at once: there are the footer and, of a file that is not large, the
 * page indexes, which Parquet would ask for in many small reads, each a request to an object store.
 */
final class TailStream extends SeekableInputStream {
    private static final int TAIL_BYTES = 64 << 10;
    private static final int MAX_FOOTER_BYTES = 64 << 20;

    /** A footer's length and the magic bytes, at the very end; and magic bytes at the beginning. */
    private static final int FRAME_BYTES = 12;

    private static final int MAGIC = 'P' | 'A' << 8 | 'R' << 16 | '1' << 24;

    private final FSDataInputStream in;
    private final byte[] tail;
    private final long tailStart;
    private final long size;
    private long position;

    private TailStream(FSDataInputStream in, byte[] tail, long size) {
        this.in = in;
        this.tail = tail;
        this.size = size;
        this.tailStart = size - tail.length;
    }

    /**
     * Opens a file, and holds what its end says of the footer against its size.
     *
     * @throws DataException if the file is missing, shorter than the snapshot says, or ends as no Parquet file
     */
    static TailStream open(PayloadFile file) throws IOException {
        if (file.size() < FRAME_BYTES) {
            throw new DataException("Cannot read payload file " + file + ": it has " + file.size()
                    + " bytes (accepted: at least " + FRAME_BYTES + ", as any Parquet file)");
        }
        FSDataInputStream in;
        try {
            in = file.fileSystem().open(file.path());
        } catch (FileNotFoundException e) {
            throw new DataException(
                    "Cannot read payload file " + file
                            + ": it does not exist (the snapshot lists it: restore it, or write the index again)",
                    e);
        } catch (IOException e) {
            throw new StorageException(e);
        }
        try {
            var tail = new byte[(int) Math.min(TAIL_BYTES, file.size())];
            in.readFully(file.size() - tail.length, tail);
            checkEnd(file, ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN));
            return new TailStream(in, tail, file.size());
        } catch (EOFException e) {
            in.close();
            throw new DataException(
                    "Cannot read payload file " + file + ": it has fewer than the " + file.size()
                            + " bytes that the snapshot says (restore the file, or write the index again)",
                    e);
        } catch (IOException e) {
            in.close();
            throw new StorageException(e);
        } catch (RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private static void checkEnd(PayloadFile file, ByteBuffer tail) {
        int magic = tail.getInt(tail.limit() - Integer.BYTES);
        long footer = Integer.toUnsignedLong(tail.getInt(tail.limit() - 2 * Integer.BYTES));
        if (magic != MAGIC) {
            throw new DataException("Cannot read payload file " + file
                    + ": it does not end as a Parquet file (restore the file, or write the index again)");
        }
        if (footer > Math.min(MAX_FOOTER_BYTES, file.size() - FRAME_BYTES)) {
            throw new DataException("Cannot read payload file " + file + ": its footer has " + footer
                    + " bytes (accepted: up to " + MAX_FOOTER_BYTES + ", and not more than the file has)");
        }
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void seek(long newPosition) throws IOException {
        if (newPosition < 0 || newPosition > size) {
            throw new EOFException("Cannot seek to " + newPosition + " in a file of " + size + " bytes");
        }
        position = newPosition;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] to, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (position >= size) {
            return -1;
        }
        int read;
        if (position >= tailStart) {
            read = (int) Math.min(count, size - position);
            System.arraycopy(tail, (int) (position - tailStart), to, from, read);
        } else {
            read = readStored(to, from, (int) Math.min(count, tailStart - position));
            if (read < 0) {
                return -1;
            }
        }
        position += read;
        return read;
    }

    private int readStored(byte[] to, int from, int count) throws IOException {
        try {
            if (in.getPos() != position) {
                in.seek(position);
            }
            return in.read(to, from, count);
        } catch (IOException e) {
            throw new StorageException(e);
        }
    }

    @Override
    public void readFully(byte[] to) throws IOException {
        readFully(to, 0, to.length);
    }

    @Override
    public void readFully(byte[] to, int from, int count) throws IOException {
        if (count > size - position) {
            throw new EOFException("Cannot read " + count + " bytes at " + position + " of a file of " + size);
        }
        if (readNBytes(to, from, count) < count) {
            throw new EOFException("Cannot read " + count + " bytes: the file is shorter than " + size);
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        if (!to.hasRemaining()) {
            return 0;
        }
        var bytes = new byte[Math.min(to.remaining(), TAIL_BYTES)];
        int read = read(bytes, 0, bytes.length);
        if (read > 0) {
            to.put(bytes, 0, read);
        }
        return read;
    }

    @Override
    public void readFully(ByteBuffer to) throws IOException {
        if (to.hasArray()) {
            int count = to.remaining();
            readFully(to.array(), to.arrayOffset() + to.position(), count);
            to.position(to.limit());
            return;
        }
        while (to.hasRemaining()) {
            if (read(to) < 0) {
                throw new EOFException(
                        "Cannot read " + to.remaining() + " more bytes: the file is shorter than " + size);
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
