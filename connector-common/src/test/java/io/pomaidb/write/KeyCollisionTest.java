package io.pomaidb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two texts that somebody made to have the same hash never become one row, wherever they meet. */
class KeyCollisionTest {
    private static byte[] one;
    private static byte[] other;

    @TempDir
    Path folder;

    private TestIndex index;

    /**
     * A lane of xxHash64 takes up a block by adding a multiple of it: what the first block changes, the second can undo.
     */
    @BeforeAll
    static void makeKeys() {
        long prime1 = 0x9E3779B185EBCA87L;
        long prime2 = 0xC2B2AE3D27D4EB4FL;
        long inverse = prime2;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - prime2 * inverse;
        }
        long lane = KeyHash.SEED + prime1 + prime2;
        var random = new Random(42);
        one = "a key of sixty-four characters, as long as two stripes of blocks".getBytes(StandardCharsets.UTF_8);
        assertThat(one).hasSize(64);
        ByteBuffer blocks = ByteBuffer.wrap(one).order(ByteOrder.LITTLE_ENDIAN);
        long before = Long.rotateLeft(lane + blocks.getLong(0) * prime2, 31) * prime1;
        do {
            other = one.clone();
            for (int i = 0; i < 8; i++) {
                other[i] = (byte) ('a' + random.nextInt(26));
            }
            ByteBuffer changed = ByteBuffer.wrap(other).order(ByteOrder.LITTLE_ENDIAN);
            long after = Long.rotateLeft(lane + changed.getLong(0) * prime2, 31) * prime1;
            changed.putLong(32, blocks.getLong(32) + (before - after) * inverse);
        } while (!isPrintable(other));
        assertThat(other).isNotEqualTo(one);
        assertThat(KeyHash.idOf(other)).isEqualTo(KeyHash.idOf(one));
    }

    private static boolean isPrintable(byte[] text) {
        for (byte b : text) {
            if (b < ' ' || b > '~') {
                return false;
            }
        }
        return true;
    }

    @BeforeEach
    void open() {
        index = new TestIndex(folder);
    }

    private IndexWrite plan(WriteMode mode) throws IOException {
        return IndexWrite.plan(index.index(), index.options(), mode, IdType.STRING);
    }

    private static void add(ShardWriter writer, byte[] key) throws IOException {
        writer.write(key, VectorSource.of(key[0], 1), null);
    }

    private static void assertCollision(org.assertj.core.api.ThrowableAssert.ThrowingCallable write) {
        assertThatThrownBy(write)
                .isInstanceOf(DataException.class)
                .hasMessageContaining(new String(one, StandardCharsets.UTF_8))
                .hasMessageContaining(new String(other, StandardCharsets.UTF_8))
                .hasMessageContaining("both have the id " + KeyHash.idOf(one));
    }

    @Test
    void withinATask() throws IOException {
        try (ShardWriter writer = index.writer(plan(WriteMode.CREATE))) {
            add(writer, one);
            add(writer, one);
            add(writer, other);
            assertCollision(writer::finish);
        }
    }

    @Test
    void withWhatTheIndexHas() throws IOException {
        commit(plan(WriteMode.CREATE), one);
        commit(plan(WriteMode.APPEND), one);
        try (ShardWriter writer = index.writer(plan(WriteMode.APPEND))) {
            add(writer, other);
            assertCollision(writer::finish);
        }
        assertThat(index.index().latestExisting().version()).isEqualTo(2);
    }

    private void commit(IndexWrite write, byte[] key) throws IOException {
        try (ShardWriter writer = index.writer(write)) {
            add(writer, key);
            index.commit(write, writer.finish());
        }
    }

    @Test
    void withWhatAnotherWriterCommittedMeanwhile() throws IOException {
        commit(plan(WriteMode.CREATE), "first".getBytes(StandardCharsets.UTF_8));
        IndexWrite late = plan(WriteMode.APPEND);
        try (ShardWriter writer = index.writer(late)) {
            add(writer, other);
            List<WrittenSegment> written = writer.finish();
            commit(plan(WriteMode.APPEND), one);
            assertCollision(() -> index.commit(late, written));
        }
        assertThat(index.index().latestExisting().version()).isEqualTo(2);
        assertThat(index.rows()).hasSize(2);
    }
}
