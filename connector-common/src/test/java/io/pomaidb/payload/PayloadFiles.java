package io.pomaidb.payload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;

/** Payload files on the local disk. */
final class PayloadFiles {
    static final int BUFFER = 1 << 20;

    private PayloadFiles() {}

    /** Writes rows in the map's order; {@code folder} gets the file, and the scratch files. */
    static PayloadFile write(Path folder, PayloadSchema schema, Map<Long, PayloadRow> rows) throws IOException {
        try (var writer = new PayloadWriter(schema, folder, BUFFER)) {
            for (var row : rows.entrySet()) {
                writer.add(row.getKey(), null, row.getValue());
            }
            return finish(writer, folder);
        }
    }

    static PayloadFile finish(PayloadWriter writer, Path folder) throws IOException {
        Path file = folder.resolve("file-" + System.nanoTime() + ".parquet");
        long rows = writer.finish(file);
        return at(fileSystem(), file, rows);
    }

    static PayloadFile at(FileSystem fileSystem, Path file, long rows) throws IOException {
        return new PayloadFile(fileSystem, new org.apache.hadoop.fs.Path(file.toUri()), Files.size(file), rows);
    }

    static FileSystem fileSystem() throws IOException {
        LocalFileSystem local = FileSystem.getLocal(new Configuration());
        return local.getRawFileSystem();
    }
}
