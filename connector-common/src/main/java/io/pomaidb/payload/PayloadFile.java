package io.pomaidb.payload;

import java.io.IOException;
import java.util.Objects;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A payload file where it is stored. Immutable; as safe for threads as the file system.
 *
 * @param fileSystem which holds it
 * @param path its path there
 * @param size its bytes, as the snapshot says; readers look nowhere behind
 * @param rows its rows, as the snapshot says
 */
public record PayloadFile(FileSystem fileSystem, Path path, long size, long rows) {
    /** The file's name in a segment's folder. */
    public static final String NAME = "payload.parquet";

    public PayloadFile {
        Objects.requireNonNull(fileSystem, "fileSystem");
        Objects.requireNonNull(path, "path");
    }

    InputFile input() {
        return new InputFile() {
            @Override
            public long getLength() {
                return size;
            }

            @Override
            public SeekableInputStream newStream() throws IOException {
                return TailStream.open(PayloadFile.this);
            }
        };
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
