package io.pomaidb.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** Reads a payload file as any reader of Parquet does. */
final class DocumentPayload {
    private DocumentPayload() {}

    /** The rows by id, in the order of the file, which has to be that of the ids. */
    static Map<Long, Group> read(Path file) throws IOException {
        var rows = new LinkedHashMap<Long, Group>();
        try (ParquetReader<Group> reader = ParquetReader.builder(
                        new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
                .build()) {
            long before = 0;
            for (Group row = reader.read(); row != null; row = reader.read()) {
                long id = row.getLong("_pomai_id", 0);
                assertThat(rows.isEmpty() || Long.compareUnsigned(before, id) < 0)
                        .isTrue();
                rows.put(id, row);
                before = id;
            }
        }
        return rows;
    }
}
