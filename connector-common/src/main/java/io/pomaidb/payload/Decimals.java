package io.pomaidb.payload;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Decimals as payload values have them: an unscaled value as a long, or as bytes where a long might be too small. */
final class Decimals {
    /** 10 to the power of the index. */
    static final long[] POWERS = new long[PayloadType.MAX_LONG_PRECISION + 1];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1] * 10;
        }
    }

    private Decimals() {}

    static BigDecimal at(PayloadType type, PayloadValues values, int i) {
        return type.isLongDecimal()
                ? BigDecimal.valueOf(values.longAt(i), type.scale())
                : new BigDecimal(new BigInteger(values.bytesAt(i)), type.scale());
    }

    /** Whether an unscaled value is one and has no more digits than that. */
    static boolean fits(byte[] unscaled, int precision) {
        // More bytes than any precision needs may still be a small value, if not absurdly many.
        return unscaled.length > 0
                && unscaled.length <= 2 * Long.BYTES + 1
                && new BigInteger(unscaled).abs().compareTo(BigInteger.TEN.pow(precision)) < 0;
    }

    /** The same value in exactly {@code length} bytes, which are enough. */
    static byte[] fixed(byte[] unscaled, int from, int count, int length) {
        var fixed = new byte[length];
        byte sign = (byte) (unscaled[from] < 0 ? -1 : 0);
        for (int i = 0; i < length; i++) {
            int source = i - length + count;
            fixed[i] = source < 0 ? sign : unscaled[from + source];
        }
        return fixed;
    }
}
