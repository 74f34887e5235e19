package io.pomaidb.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.roaringbitmap.RoaringBitmap;

/** Reads the ids that a segment deletes, by what docs/format.md says. */
final class DocumentTombstones {
    private DocumentTombstones() {}

    static List<Long> read(Path directory, JsonNode segment, Set<String> files) throws IOException {
        JsonNode tombstones = segment.get("tombstones");
        boolean inFile = files.contains("tombstones.roaring");
        if (tombstones == null) {
            assertThat(inFile).isFalse();
            return List.of();
        }
        assertThat(tombstones.get("inline").isNull()).isEqualTo(inFile);
        byte[] bytes = inFile
                ? Files.readAllBytes(directory.resolve("tombstones.roaring"))
                : Base64.getDecoder().decode(tombstones.get("inline").asText());
        assertThat(inFile || bytes.length <= 512).isTrue();
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        var ids = new ArrayList<Long>();
        long parts = in.getLong();
        for (long part = 0; part < parts; part++) {
            long upper = Integer.toUnsignedLong(in.getInt()) << Integer.SIZE;
            var lower = new RoaringBitmap();
            lower.deserialize(in.slice().order(ByteOrder.LITTLE_ENDIAN));
            in.position(in.position() + lower.serializedSizeInBytes());
            lower.forEach((int half) -> ids.add(upper | Integer.toUnsignedLong(half)));
        }
        assertThat(in.hasRemaining()).isFalse();
        assertThat(ids).hasSize(tombstones.get("count").asInt());
        return ids;
    }
}
