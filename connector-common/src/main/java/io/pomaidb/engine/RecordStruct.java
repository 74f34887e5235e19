package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** {@code pomai_record_t} and {@code pomai_record_view_t}, the same in all generations. */
final class RecordStruct {

    private static final int SIZE = 48;

    private static final int STRUCT_SIZE = 0;
    private static final int ID = 8;
    private static final int DIM = 16;
    private static final int VECTOR = 24;
    private static final int METADATA = 32;
    private static final int METADATA_LEN = 40;
    private static final int IS_DELETED = 44;

    private RecordStruct() {}

    /** An empty view for the library to fill. The caller closes it. */
    static Memory emptyView() {
        var view = OffHeap.zeroed(SIZE);
        view.setInt(STRUCT_SIZE, SIZE);
        return view;
    }

    static long id(Pointer record) {
        return record.getLong(ID);
    }

    static boolean isDeleted(Pointer record) {
        return record.getByte(IS_DELETED) != 0;
    }

    /** What {@link VectorBatch#setScale} said of the row; 1 where it said nothing. */
    static double scale(Pointer record) {
        if (record.getInt(METADATA_LEN) != Double.BYTES) {
            return 1;
        }
        double scale = record.getPointer(METADATA).getDouble(0);
        return scale > 0 && Double.isFinite(scale) ? scale : 1;
    }

    /** Copies the vector; one of another length than {@code target} is the library's fault, and is not read. */
    static void copyVector(Pointer record, float[] target, PomaiLibrary library, String attempt) {
        var dim = record.getInt(DIM);
        if (dim != target.length || record.getLong(VECTOR) == 0) {
            throw library.misbehaves(
                    attempt,
                    "it gives row " + Long.toUnsignedString(id(record)) + " with " + Integer.toUnsignedString(dim)
                            + " components where the database has " + target.length);
        }
        record.getPointer(VECTOR).read(0, target, 0, target.length);
    }
}
