package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotSealTest {
    private static final String FILE = "file:/index/_pomai/00000000000000000001.json";

    @Test
    void theChecksumIsTheLastField() {
        byte[] sealed = SnapshotSeal.seal("{\"a\":1}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(sealed, StandardCharsets.UTF_8)).matches("\\{\"a\":1,\"crc32c\":\"[0-9a-f]{8}\"}\n");
        assertThat(SnapshotSeal.open(FILE, sealed)).asString().isEqualTo("{\"a\":1}\n");
    }

    @Test
    void everyFlippedBitAndEveryCutIsFound() {
        byte[] sealed = SnapshotSeal.seal("{\"version\":17,\"rows\":100}\n".getBytes(StandardCharsets.UTF_8));
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> SnapshotSeal.open(FILE, flipped))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("Cannot read snapshot " + FILE + ": ");
        }
        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> SnapshotSeal.open(FILE, cut)).isInstanceOf(DataException.class);
        }
        byte[] longer = Arrays.copyOf(sealed, sealed.length + 1);
        assertThatThrownBy(() -> SnapshotSeal.open(FILE, longer)).isInstanceOf(DataException.class);
    }

    @Test
    void aDigitThatChangedInACommittedSnapshotIsFound(@TempDir Path folder) throws IOException {
        PomaiIndex index = PomaiIndex.at(new org.apache.hadoop.fs.Path(folder.toUri()), new Configuration());
        index.commit(current ->
                Optional.of(Snapshot.first(Snapshots.parameters(), List.of(Snapshots.segment(0)), Optional.empty())));
        Path file = folder.resolve("_pomai/00000000000000000001.json");
        Files.writeString(file, Files.readString(file).replace("\"rows\":100", "\"rows\":101"));
        assertThatThrownBy(index::latest)
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ": its CRC32C is");
    }
}
