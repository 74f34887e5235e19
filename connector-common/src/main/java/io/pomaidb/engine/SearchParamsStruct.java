package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** {@code pomai_x_search_params_t} of the extensions. */
final class SearchParamsStruct implements AutoCloseable {

    private static final int SIZE = 64;

    private static final int STRUCT_SIZE = 0;
    private static final int EF_SEARCH = 4;
    private static final int THREADS = 8;
    private static final int DEADLINE_MS = 12;
    private static final int ID_MODE = 16;
    private static final int FLAGS = 20;
    private static final int IDS = 24;
    private static final int ID_COUNT = 32;
    private static final int SEGMENTS = 40;
    private static final int DISTANCES = 48;
    private static final int ROWS_SCANNED = 56;

    private static final int FLAG_EXACT = 1;
    private static final int FLAG_FLOAT32 = 2;

    private final Memory struct = OffHeap.zeroed(SIZE);

    /** The struct of {@code params}, whose ids stand at {@code ids}; null where there are none. */
    SearchParamsStruct(SearchParams params, Pointer ids) {
        struct.setInt(STRUCT_SIZE, SIZE);
        struct.setInt(EF_SEARCH, params.ef());
        struct.setInt(THREADS, params.threads());
        struct.setInt(DEADLINE_MS, params.deadlineMillis());
        struct.setInt(ID_MODE, params.mode().number());
        struct.setInt(FLAGS, (params.exact() ? FLAG_EXACT : 0) | (params.float32() ? FLAG_FLOAT32 : 0));
        if (ids != null) {
            struct.setPointer(IDS, ids);
            struct.setLong(ID_COUNT, params.ids().size());
        }
    }

    Pointer struct() {
        return struct;
    }

    /** What the call wrote that had this struct. */
    SearchCounters counters() {
        return new SearchCounters(struct.getLong(SEGMENTS), struct.getLong(DISTANCES), struct.getLong(ROWS_SCANNED));
    }

    @Override
    public void close() {
        struct.close();
    }
}
