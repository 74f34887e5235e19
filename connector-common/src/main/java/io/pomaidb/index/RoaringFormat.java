package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.IntConsumer;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.longlong.PeekableLongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Sets of ids as Roaring's portable format for 64-bit integers, which Roaring libraries of other languages read: the
 * number of 32-bit bitmaps, then each one's upper half and the bitmap of the lower halves. Reading takes the bytes as
 * untrusted.
 */
final class RoaringFormat {
    /** Ids that one set may have: a run in a crafted file could claim more than memory holds. */
    static final long MAX_IDS = 1L << 30;

    private RoaringFormat() {}

    static byte[] encode(Roaring64Bitmap ids) {
        List<Part> parts = parts(ids);
        int size = Long.BYTES;
        for (Part part : parts) {
            size = Math.addExact(size, Integer.BYTES + part.low().serializedSizeInBytes());
        }
        var buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(parts.size());
        for (Part part : parts) {
            buffer.putInt(part.high());
            part.low().serialize(buffer);
        }
        return buffer.array();
    }

    private record Part(int high, RoaringBitmap low) {}

    private static List<Part> parts(Roaring64Bitmap ids) {
        var parts = new ArrayList<Part>();
        Part part = null;
        PeekableLongIterator each = ids.getLongIterator();
        while (each.hasNext()) {
            long id = each.next();
            int high = (int) (id >>> 32);
            if (part == null || part.high() != high) {
                part = new Part(high, new RoaringBitmap());
                parts.add(part);
            }
            part.low().add((int) id);
        }
        parts.forEach(each64 -> each64.low().runOptimize());
        return parts;
    }

    /**
     * Reads a set.
     *
     * @param source what errors call it
     * @param count how many ids it has to have
     * @throws DataException if the bytes are no such set
     */
    static Roaring64Bitmap decode(String source, byte[] bytes, long count) {
        try {
            return decode(bytes, count);
        } catch (IllegalArgumentException | java.io.IOException e) {
            throw damaged(source, e.getMessage(), e);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw damaged(source, "it ends in the middle of a bitmap", e);
        } catch (RuntimeException e) {
            // The library checks little of what it reads, and fails as it comes.
            throw damaged(source, e.toString(), e);
        }
    }

    private static Roaring64Bitmap decode(byte[] bytes, long count) throws java.io.IOException {
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long parts = buffer.getLong();
        var ids = new Roaring64Bitmap();
        long read = 0;
        long last = -1;
        for (long i = 0; i < parts; i++) {
            int high = buffer.getInt();
            if (Integer.toUnsignedLong(high) <= last) {
                throw new IllegalArgumentException("its bitmaps are not in ascending order");
            }
            last = Integer.toUnsignedLong(high);
            var low = new RoaringBitmap();
            low.deserialize(buffer);
            buffer.position(buffer.position() + low.serializedSizeInBytes());
            read += low.getLongCardinality();
            if (read > count) {
                throw new IllegalArgumentException("it has more than the " + count + " ids that the snapshot says");
            }
            low.forEach(new Appender(ids, last << 32));
        }
        if (buffer.hasRemaining()) {
            throw new IllegalArgumentException(buffer.remaining() + " bytes follow its last bitmap");
        }
        if (read != count || ids.getLongCardinality() != count) {
            throw new IllegalArgumentException("it has " + read + " ids and the snapshot says " + count);
        }
        return ids;
    }

    private record Appender(Roaring64Bitmap ids, long high) implements IntConsumer {
        @Override
        public void accept(int low) {
            ids.addLong(high | Integer.toUnsignedLong(low));
        }
    }

    private static DataException damaged(String source, String what, Exception cause) {
        return new DataException(
                "Cannot read the deleted ids in " + source + ": " + what + " (restore it, or delete the ids again)",
                cause);
    }
}
