package io.pomaidb.engine;

import com.sun.jna.Memory;
import java.nio.file.Path;

/** {@code pomai_options_t}: the fields that all generations share; later ones keep what the library initialised. */
final class OptionsStruct implements AutoCloseable {

    /** More than any generation known: the library writes as much as its own struct has, before it tells how much. */
    private static final int ROOM = 4096;

    private static final int STRUCT_SIZE = 0;
    private static final int PATH = 8;
    private static final int SHARDS = 16;
    private static final int DIM = 20;
    private static final int SEARCH_THREADS = 24;
    private static final int FSYNC_POLICY = 28;
    private static final int MEMORY_BUDGET_BYTES = 32;
    private static final int INDEX_TYPE = 44;
    private static final int HNSW_M = 48;
    private static final int HNSW_EF_CONSTRUCTION = 52;
    private static final int HNSW_EF_SEARCH = 56;
    private static final int ADAPTIVE_THRESHOLD = 60;
    private static final int METRIC = 64;

    private final Memory struct;
    private final Memory path;

    /** The struct for opening {@code directory} with {@code options}, on top of the library's own defaults. */
    OptionsStruct(NativeApi api, Path directory, DatabaseOptions options) {
        struct = OffHeap.zeroed(ROOM);
        path = OffHeap.utf8(directory.toString());
        api.optionsInit(struct);
        struct.setPointer(PATH, path);
        // A connector's shard is one database; the engine's own sharding inside it would only split the graph.
        struct.setInt(SHARDS, 1);
        struct.setInt(DIM, options.dim());
        struct.setInt(SEARCH_THREADS, options.searchThreads());
        struct.setInt(FSYNC_POLICY, options.fsync().code());
        struct.setLong(MEMORY_BUDGET_BYTES, options.memoryBudgetBytes());
        struct.setByte(INDEX_TYPE, (byte) options.indexType().code());
        struct.setInt(HNSW_M, options.hnswM());
        struct.setInt(HNSW_EF_CONSTRUCTION, options.hnswEfConstruction());
        struct.setInt(HNSW_EF_SEARCH, options.hnswEfSearch());
        struct.setInt(ADAPTIVE_THRESHOLD, options.adaptiveThreshold());
        struct.setByte(METRIC, (byte) options.metric().code());
    }

    /** The struct size that a library writes, by which its generation is known. */
    static int sizeWrittenBy(NativeApi api) {
        try (var block = OffHeap.zeroed(ROOM)) {
            api.optionsInit(block);
            return block.getInt(STRUCT_SIZE);
        }
    }

    Memory struct() {
        return struct;
    }

    @Override
    public void close() {
        struct.close();
        path.close();
    }
}
