package io.pomaidb.engine;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** {@code pomai_upsert_t}, the same in all generations. A row's metadata is its scale, or null. */
final class UpsertStruct {

    static final int SIZE = 48;

    private static final int STRUCT_SIZE = 0;
    private static final int ID = 8;
    private static final int VECTOR = 16;
    private static final int DIM = 24;
    private static final int METADATA = 32;
    private static final int METADATA_LEN = 40;

    private UpsertStruct() {}

    /** Writes {@code rows} structs into zeroed memory, the vector of each standing in a matrix at {@code vectors}. */
    static void fill(ByteBuffer structs, Pointer vectors, int dim, int rows) {
        var address = Pointer.nativeValue(vectors);
        for (var row = 0; row < rows; row++) {
            var base = row * SIZE;
            structs.putInt(base + STRUCT_SIZE, SIZE);
            structs.putLong(base + VECTOR, address + (long) row * dim * Float.BYTES);
            structs.putInt(base + DIM, dim);
        }
    }

    static void setId(ByteBuffer structs, int row, long id) {
        structs.putLong(row * SIZE + ID, id);
    }

    /** Has the row's metadata be {@code bytes} bytes at {@code address}. */
    static void setMetadata(ByteBuffer structs, int row, long address, int bytes) {
        structs.putLong(row * SIZE + METADATA, address);
        structs.putInt(row * SIZE + METADATA_LEN, bytes);
    }

    static long id(ByteBuffer structs, int row) {
        return structs.getLong(row * SIZE + ID);
    }
}
