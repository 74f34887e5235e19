package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.DataException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.longlong.Roaring64Bitmap;

class RoaringFormatTest {
    private static Roaring64Bitmap ids() {
        Roaring64Bitmap ids = Roaring64Bitmap.bitmapOf(0, 1, 5, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32);
        ids.addRange(1_000_000, 1_010_000);
        new Random(1).longs(500).forEach(ids::addLong);
        new Random(2).longs(6_000, 1L << 40, (1L << 40) + 65_536).forEach(ids::addLong);
        return ids;
    }

    @Test
    void comesBackAsItWasWritten() {
        Roaring64Bitmap ids = ids();
        assertThat(RoaringFormat.decode("x", RoaringFormat.encode(ids), ids.getLongCardinality()))
                .isEqualTo(ids);
    }

    /** Two ids, byte by byte as the specification of the portable format has them. */
    @Test
    void isThePortableFormat() {
        byte[] bytes = RoaringFormat.encode(Roaring64Bitmap.bitmapOf(7, (3L << 32) + 258));
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("0200000000000000"
                        + "00000000" + "3a30000001000000" + "00000000" + "10000000" + "0700"
                        + "03000000" + "3a30000001000000" + "00000000" + "10000000" + "0201");
    }

    @Test
    void whatIsCutOffOrTooLongOrOfAnotherNumberIsRefused() {
        Roaring64Bitmap ids = Roaring64Bitmap.bitmapOf(7, 9, -3);
        byte[] bytes = RoaringFormat.encode(ids);
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> RoaringFormat.decode("the file", part, 3))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("Cannot read the deleted ids in the file: ");
        }
        for (byte[] wrong : new byte[][] {Arrays.copyOf(bytes, bytes.length + 1), bytes}) {
            assertThatThrownBy(() -> RoaringFormat.decode("the file", wrong, wrong == bytes ? 2 : 3))
                    .isInstanceOf(DataException.class);
        }
    }

    @Test
    void whateverABitTurnsIntoIsRefusedOrASetOfTheRightSize() {
        Roaring64Bitmap ids = ids();
        byte[] bytes = RoaringFormat.encode(ids);
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = bytes.clone();
            // The headers are at the front; what follows is mostly values.
            int at = random.nextInt(random.nextBoolean() ? 64 : damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(RoaringFormat.decode("x", damaged, ids.getLongCardinality())
                                .getLongCardinality())
                        .as("seed %d", seed)
                        .isEqualTo(ids.getLongCardinality());
            } catch (DataException e) {
                assertThat(e).as("seed %d", seed).hasMessageStartingWith("Cannot read the deleted ids in x: ");
            }
        }
    }
}
