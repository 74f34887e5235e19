package io.pomaidb.index;

import io.pomaidb.error.DataException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The checksum at the end of a snapshot file, its document's last field. A digit that turned into another one leaves
 * good JSON behind, and would show wrong rows or lose an application's version.
 */
final class SnapshotSeal {
    private static final byte[] END = "}\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FIELD = ",\"crc32c\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SEALED_END = "\"}\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 8;
    private static final int SEAL = FIELD.length + DIGITS + SEALED_END.length;

    private SnapshotSeal() {}

    /** The document with its checksum as the last field; it ends with a brace and a line break. */
    static byte[] seal(byte[] json) {
        int body = json.length - END.length;
        byte[] sealed = Arrays.copyOf(json, body + SEAL);
        System.arraycopy(FIELD, 0, sealed, body, FIELD.length);
        byte[] digits = checksum(json, body).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, sealed, body + FIELD.length, DIGITS);
        System.arraycopy(SEALED_END, 0, sealed, sealed.length - SEALED_END.length, SEALED_END.length);
        return sealed;
    }

    /**
     * The document without its checksum.
     *
     * @throws DataException if the file does not end in its checksum; it names the file
     */
    static byte[] open(String file, byte[] sealed) {
        int body = sealed.length - SEAL;
        if (body < 0 || !has(sealed, body, FIELD) || !has(sealed, sealed.length - SEALED_END.length, SEALED_END)) {
            throw new DataException("Cannot read snapshot " + file
                    + ": it does not end in its checksum (a snapshot file never changes after its commit; restore it)");
        }
        var written = new String(sealed, body + FIELD.length, DIGITS, StandardCharsets.ISO_8859_1);
        String found = checksum(sealed, body);
        if (!found.equals(written)) {
            throw new DataException("Cannot read snapshot " + file + ": its CRC32C is " + found
                    + " and not what it says at its end (the file is damaged; restore it)");
        }
        byte[] json = Arrays.copyOf(sealed, body + END.length);
        System.arraycopy(END, 0, json, body, END.length);
        return json;
    }

    private static boolean has(byte[] content, int at, byte[] part) {
        return Arrays.equals(content, at, at + part.length, part, 0, part.length);
    }

    private static String checksum(byte[] content, int length) {
        var checksum = new CRC32C();
        checksum.update(content, 0, length);
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }
}
