package io.pomaidb.spark.column;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.unsafe.Platform;

/** A value of type {@code array<float>}. */
final class FloatArrayVector extends SparkArrayVector {
    private static final long EXPONENTS = 0x7f800000_7f800000L;
    private static final long ONES_OF_EXPONENTS = 0x00800000_00800000L;
    private static final long SIGNS = 0x80000000_80000000L;

    /** The direct buffer of the last copy, and where it begins: a task fills one buffer over and over. */
    private FloatBuffer known;

    private long address;

    @Override
    public float component(int i) {
        return array().getFloat(i);
    }

    /** Spark's binary arrays go over as one block. */
    @Override
    public boolean copyTo(FloatBuffer target, int offset) {
        if (!(target.isDirect() || target.hasArray()) || !(array() instanceof UnsafeArrayData binary)) {
            return super.copyTo(target, offset);
        }
        int size = binary.numElements();
        Objects.checkFromIndexSize(offset, size, target.capacity());
        int header = UnsafeArrayData.calculateHeaderPortionInBytes(size);
        Object base = binary.getBaseObject();
        long start = binary.getBaseOffset();
        // The count of components, then one bit each that tells which are null.
        for (int at = Long.BYTES; at < header; at += Long.BYTES) {
            if (Platform.getLong(base, start + at) != 0) {
                return false;
            }
        }
        if (!isFinite(base, start + header, size)) {
            return false;
        }
        Object targetBase = null;
        long targetStart;
        if (target.hasArray()) {
            targetBase = target.array();
            targetStart = Platform.FLOAT_ARRAY_OFFSET + (long) target.arrayOffset() * Float.BYTES;
        } else {
            targetStart = addressOf(target);
        }
        Platform.copyMemory(
                base, start + header, targetBase, targetStart + (long) offset * Float.BYTES, (long) size * Float.BYTES);
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // equals() would compare every float that the buffers hold.
    private long addressOf(FloatBuffer direct) {
        if (direct != known) {
            address = Pointer.nativeValue(Native.getDirectBufferPointer(direct));
            known = direct;
        }
        return address;
    }

    /** Whether none is NaN or infinite: one added to their exponent, of ones only, comes out at the sign's place. */
    private static boolean isFinite(Object base, long start, int size) {
        long overflows = 0;
        long end = start + (long) size * Float.BYTES;
        long at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            overflows |= (Platform.getLong(base, at) & EXPONENTS) + ONES_OF_EXPONENTS;
        }
        if (at < end) {
            overflows |= (Integer.toUnsignedLong(Platform.getInt(base, at)) & EXPONENTS) + ONES_OF_EXPONENTS;
        }
        return (overflows & SIGNS) == 0;
    }
}
