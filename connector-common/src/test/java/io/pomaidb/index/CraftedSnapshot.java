package io.pomaidb.index;

import io.pomaidb.fixture.TestIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/** Edits the first snapshot of an index, and its segment files, with checksums that are right again afterwards. */
final class CraftedSnapshot {
    private static final int HEADER_BYTES = 128;

    private final Path index;

    CraftedSnapshot(TestIndex written) {
        this.index = written.path();
    }

    Path file() {
        return index.resolve("_pomai/00000000000000000001.json");
    }

    /** Replaces the snapshot's document. */
    void edit(UnaryOperator<String> edit) throws IOException {
        byte[] json = SnapshotSeal.open(file().toString(), Files.readAllBytes(file()));
        String edited = edit.apply(new String(json, StandardCharsets.UTF_8));
        Files.write(file(), SnapshotSeal.seal(edited.getBytes(StandardCharsets.UTF_8)));
    }

    /** Puts a number into the header of a segment's only rows file, and makes every checksum of it right. */
    void lie(Segment segment, int offset, byte... littleEndian) throws IOException {
        Path directory = index.resolve(segment.directory());
        SegmentFile rows = named(segment, ".seg");
        byte[] content = Files.readAllBytes(directory.resolve(rows.name()));
        System.arraycopy(littleEndian, 0, content, offset, littleEndian.length);
        int header = crc(content, HEADER_BYTES - Integer.BYTES);
        for (int i = 0; i < Integer.BYTES; i++) {
            content[HEADER_BYTES - Integer.BYTES + i] = (byte) (header >>> (8 * i));
        }
        replace(segment, rows, content);

        SegmentFile manifest = named(segment, "MANIFEST");
        String text = Files.readString(directory.resolve(manifest.name()));
        String lines = text.substring(0, text.indexOf("crc32c "))
                .replaceFirst("(segment \\d+ \\d+ )[0-9a-f]{8}", "$1" + hex(header));
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        replace(
                segment,
                manifest,
                (lines + "crc32c " + hex(crc(bytes, bytes.length)) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void replace(Segment segment, SegmentFile file, byte[] content) throws IOException {
        Path path = index.resolve(segment.directory()).resolve(file.name());
        Files.delete(path);
        Files.write(path, content);
        String old = "\"size\":" + file.size() + ",\"crc32c\":\"" + hex(file.crc32c()) + '"';
        String now = "\"size\":" + content.length + ",\"crc32c\":\"" + hex(crc(content, content.length)) + '"';
        edit(json -> json.replace(old, now));
    }

    private static SegmentFile named(Segment segment, String end) {
        return segment.files().stream()
                .filter(file -> file.name().endsWith(end))
                .findFirst()
                .orElseThrow();
    }

    private static int crc(byte[] content, int length) {
        var checksum = new CRC32C();
        checksum.update(content, 0, length);
        return (int) checksum.getValue();
    }

    private static String hex(int checksum) {
        return HexFormat.of().toHexDigits(checksum);
    }
}
