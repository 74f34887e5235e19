package io.pomaidb.flink.sink;

import io.pomaidb.index.IdType;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.payload.KeyRuns;
import io.pomaidb.payload.PayloadFile;
import io.pomaidb.payload.PayloadSchema;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Holds the string keys of a checkpoint's parts against each other. A writer compares rows with each other and with the index,
 * and a commit with what others have committed; parts of one checkpoint meet in neither. Keys of all shards are compared,
 * because centroids, or a new number of shards, may have given one id several. Does nothing where ids are numbers, and reads
 * nothing of a checkpoint that has one part. For one thread.
 */
final class PartKeys implements AutoCloseable {
    private final PomaiIndex index;
    private final Path scratch;

    /** The checkpoint's first part, as long as it is the only one; else null. */
    private WrittenPart only;

    /** Null as long as there are fewer than two parts. */
    private KeyRuns runs;

    /** Of {@link #runs}. */
    private Path folder;

    /** @param scratch local folder in which a folder is made, where one is needed */
    PartKeys(PomaiIndex index, Path scratch) {
        this.index = index;
        this.scratch = scratch;
    }

    /**
     * Adds a part of the checkpoint.
     *
     * @throws io.pomaidb.error.DataException as {@link #check}, where that is noticed already
     */
    void add(WrittenPart part) throws IOException {
        if (part.planned().parameters().schema().idType() != IdType.STRING) {
            return;
        }
        if (runs == null && only == null) {
            only = part;
            return;
        }
        if (runs == null) {
            folder = Files.createTempDirectory(Files.createDirectories(scratch), "pomaidb-keys-");
            runs = new KeyRuns(folder);
            read(only);
            only = null;
        }
        read(part);
    }

    private void read(WrittenPart part) throws IOException {
        PayloadSchema schema = part.planned().parameters().schema().payloadSchema();
        for (WrittenSegment written : part.segments()) {
            Optional<PayloadFile> file = index.payload(written.segment());
            if (file.isPresent()) {
                runs.add(schema, file.get());
            }
        }
    }

    /**
     * Ends the checkpoint: what is added then belongs to the next one.
     *
     * @throws io.pomaidb.error.DataException if parts have different keys of one id; it names both
     */
    void check() throws IOException {
        try {
            if (runs != null) {
                runs.check();
            }
        } finally {
            close();
        }
    }

    /** Forgets the parts, and deletes what lies on the disk. More can be added. */
    @Override
    public void close() throws IOException {
        only = null;
        KeyRuns closing = runs;
        runs = null;
        if (closing != null) {
            try {
                closing.close();
            } finally {
                LocalDirectories.delete(folder);
            }
        }
    }
}
