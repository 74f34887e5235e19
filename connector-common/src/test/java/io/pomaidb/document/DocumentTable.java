package io.pomaidb.document;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A table of docs/segment-format.md that says where fields stand: offset, bytes, name. */
final class DocumentTable {
    private static final Path DOCUMENT = Path.of("../docs/segment-format.md");

    private final Map<String, int[]> fields = new HashMap<>();
    private int end;

    private DocumentTable() {}

    /** The table whose third column has this title. */
    static DocumentTable of(String title) throws IOException {
        var table = new DocumentTable();
        boolean inside = false;
        for (String line : Files.readAllLines(DOCUMENT)) {
            String[] cells = line.split("\\|", -1);
            if (cells.length < 5) {
                inside = false;
            } else if (cells[3].trim().equals(title)) {
                inside = true;
            } else if (inside && !cells[1].contains("---")) {
                table.add(cells[3].trim(), Integer.parseInt(cells[1].trim()), Integer.parseInt(cells[2].trim()));
            }
        }
        if (table.fields.isEmpty()) {
            throw new AssertionError("No table of " + title + " in " + DOCUMENT);
        }
        return table;
    }

    private void add(String name, int offset, int bytes) {
        if (offset != end) {
            throw new AssertionError(name + " begins at " + offset + ", and the field before it ends at " + end);
        }
        end = offset + bytes;
        fields.put(name, new int[] {offset, bytes});
    }

    /** Bytes of all fields. */
    int bytes() {
        return end;
    }

    int offset(String name) {
        return fields.get(name)[0];
    }

    /** A number of up to eight bytes. */
    long number(byte[] file, long at, String name) {
        int[] field = fields.get(name);
        var number = new byte[Long.BYTES];
        System.arraycopy(file, Math.toIntExact(at + field[0]), number, 0, field[1]);
        return ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
