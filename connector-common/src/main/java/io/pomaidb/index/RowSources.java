package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Of which segment each row of a merged database is: the newest one of those merged that has the row's id. Ids ascend as
 * unsigned numbers. Immutable.
 */
public final class RowSources {
    private final List<UUID> segments;
    private final long[] ids;
    private final int[] of;

    /** Takes the arrays over. */
    private RowSources(List<UUID> segments, long[] ids, int[] of) {
        this.segments = segments;
        this.ids = ids;
        this.of = of;
    }

    /** The rows of one segment, by ids in ascending unsigned order, which are taken over. */
    static RowSources of(UUID segment, long[] ids) {
        return new RowSources(List.of(segment), ids, new int[ids.length]);
    }

    /** The rows that are left of several, which stand from the newest to the oldest. */
    static RowSources merge(List<RowSources> newestFirst) {
        if (newestFirst.size() == 1) {
            return newestFirst.get(0);
        }
        int half = newestFirst.size() / 2;
        return merge(merge(newestFirst.subList(0, half)), merge(newestFirst.subList(half, newestFirst.size())));
    }

    private static RowSources merge(RowSources newer, RowSources older) {
        var segments = new ArrayList<>(newer.segments);
        segments.addAll(older.segments);
        var ids = new long[newer.ids.length + older.ids.length];
        var of = new int[ids.length];
        int size = 0;
        int n = 0;
        int o = 0;
        while (n < newer.ids.length || o < older.ids.length) {
            int order = n == newer.ids.length
                    ? 1
                    : o == older.ids.length ? -1 : Long.compareUnsigned(newer.ids[n], older.ids[o]);
            if (order <= 0) {
                ids[size] = newer.ids[n];
                of[size++] = newer.of[n++];
                o += order == 0 ? 1 : 0;
            } else {
                ids[size] = older.ids[o];
                of[size++] = newer.segments.size() + older.of[o++];
            }
        }
        return new RowSources(List.copyOf(segments), Arrays.copyOf(ids, size), Arrays.copyOf(of, size));
    }

    /** Number of rows. */
    public int size() {
        return ids.length;
    }

    /** Id of a row; they ascend. */
    public long id(int row) {
        return ids[row];
    }

    /** The segment of a row. */
    public UUID segment(int row) {
        return segments.get(of[row]);
    }

    /** The segment of the row of an id; null if there is none. */
    public UUID segmentOf(long id) {
        int low = 0;
        int high = ids.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(ids[middle], id);
            if (order == 0) {
                return segment(middle);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /** Writes a file that {@link #read} reads: numbers of segments and rows, the segments, the ids, and their segments. */
    void write(Path file) throws IOException {
        var bytes = ByteBuffer.allocate(
                Math.addExact(2 * Integer.BYTES + 16 * segments.size(), Math.multiplyExact(12, ids.length)));
        bytes.putInt(segments.size()).putInt(ids.length);
        for (UUID segment : segments) {
            bytes.putLong(segment.getMostSignificantBits()).putLong(segment.getLeastSignificantBits());
        }
        for (long id : ids) {
            bytes.putLong(id);
        }
        for (int segment : of) {
            bytes.putInt(segment);
        }
        Files.write(file, bytes.array());
    }

    /** Reads what {@link #write} wrote, from a folder that is this user's alone. */
    static RowSources read(Path file) throws IOException {
        var bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        try {
            int count = bytes.getInt();
            int rows = bytes.getInt();
            if (bytes.remaining() != 16L * count + 12L * rows) {
                throw damaged(file, null);
            }
            var segments = new ArrayList<UUID>(count);
            for (int i = 0; i < count; i++) {
                segments.add(new UUID(bytes.getLong(), bytes.getLong()));
            }
            var ids = new long[rows];
            bytes.asLongBuffer().get(ids);
            bytes.position(bytes.position() + rows * Long.BYTES);
            var of = new int[rows];
            bytes.asIntBuffer().get(of);
            return new RowSources(List.copyOf(segments), ids, of);
        } catch (BufferUnderflowException e) {
            throw damaged(file, e);
        }
    }

    private static DataException damaged(Path file, Exception cause) {
        return new DataException(
                "Cannot read " + file + ": it has another size than it says (delete the folder of option cache_dir)",
                cause);
    }
}
