package io.pomaidb.write;

import io.pomaidb.index.LocalDirectories;
import io.pomaidb.payload.PayloadFile;
import io.pomaidb.payload.PayloadSchema;
import io.pomaidb.payload.PayloadValues;
import io.pomaidb.payload.PayloadWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The payload of one writer's rows, shard by shard, while they come in. Does nothing where rows have none. */
final class ShardPayloads implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 << 20;
    private static final int FEW_SHARDS = 8;

    private final PayloadSchema schema;
    private final Path scratch;
    private final KeyCheck keys;
    private final Map<Integer, PayloadWriter> writers = new HashMap<>();

    /**
     * @param scratch a folder that is deleted after the write, and need not exist yet
     * @param keys holds new keys against older ones
     */
    ShardPayloads(PayloadSchema schema, Path scratch, KeyCheck keys) {
        this.schema = schema;
        this.scratch = scratch;
        this.keys = keys;
    }

    /** Adds a row; {@code values} are as {@link PayloadWriter#add} has them. */
    void add(int shard, long id, byte[] key, PayloadValues values) throws IOException {
        if (!schema.isEmpty()) {
            writer(shard).add(id, key, values);
        }
    }

    /** Adds a row that another segment had, with all columns. */
    void addStored(int shard, long id, PayloadValues stored) throws IOException {
        if (!schema.isEmpty()) {
            writer(shard).addStored(id, stored);
        }
    }

    /** Takes a row back. */
    void remove(int shard, long id) throws IOException {
        PayloadWriter writer = writers.get(shard);
        if (writer != null) {
            writer.remove(id);
        }
    }

    private PayloadWriter writer(int shard) throws IOException {
        PayloadWriter writer = writers.get(shard);
        if (writer == null) {
            Path folder = scratch.resolve("payload-" + shard);
            LocalDirectories.createPrivate(folder);
            int buffer = writers.size() < FEW_SHARDS ? BUFFER_BYTES : BUFFER_BYTES / 16;
            writer = new PayloadWriter(schema, folder, buffer);
            writers.put(shard, writer);
        }
        return writer;
    }

    /**
     * Writes the payload of a shard's rows into the folder of its database, which is complete and closed.
     *
     * @param rows how many rows the database has
     */
    void write(int shard, Path directory, long rows) throws IOException {
        if (schema.isEmpty()) {
            return;
        }
        Path file = directory.resolve(PayloadFile.NAME);
        try (PayloadWriter writer = writers.remove(shard)) {
            long written = writer.finish(file);
            if (written != rows) {
                throw new IllegalStateException("Cannot publish shard " + shard + ": its database has " + rows
                        + " rows and its payload " + written);
            }
        }
        var path = new org.apache.hadoop.fs.Path(file.toUri());
        // Not of Hadoop's cache, where whoever came next would get it with these settings.
        var disk = new RawLocalFileSystem();
        disk.initialize(URI.create("file:///"), new Configuration(false));
        keys.check(shard, new PayloadFile(disk, path, Files.size(file), rows));
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (PayloadWriter writer : writers.values()) {
            try {
                writer.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        writers.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
