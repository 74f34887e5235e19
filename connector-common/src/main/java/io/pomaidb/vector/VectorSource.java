package io.pomaidb.vector;

import java.nio.FloatBuffer;
import java.util.function.DoubleSupplier;

/**
 * A vector as a row of Spark or Flink holds it, read one component at a time without boxing. A connector keeps one
 * adapter object a task and points it at each row in turn; nobody may keep it beyond the call it is passed to.
 */
public interface VectorSource {
    /** Number of components. */
    int size();

    /** Whether component {@code i} is null; {@code 0 <= i < size()}. */
    boolean isNullAt(int i);

    /**
     * Component {@code i}, which is not null, as the engine stores it. A double outside the range of a float becomes
     * infinite by the cast and is then refused like any infinite component.
     */
    float component(int i);

    /**
     * Copies all components by absolute puts to {@code target} from {@code offset} on. An adapter whose row holds its
     * components side by side does better than one at a time.
     *
     * @return false if a component is null, NaN or infinite; what {@code target} then holds is undefined
     */
    default boolean copyTo(FloatBuffer target, int offset) {
        int size = size();
        for (int i = 0; i < size; i++) {
            if (isNullAt(i)) {
                return false;
            }
            float component = component(i);
            if (!Float.isFinite(component)) {
                return false;
            }
            target.put(offset + i, component);
        }
        return true;
    }

    /**
     * What the components were divided by before: 1 for a vector as its writer gave it, another number for a row of an index
     * that has scaled it to length one.
     */
    default double scale() {
        return 1;
    }

    /** The vector in an array. Changes of the array show through. */
    static VectorSource of(float... components) {
        return of(components, 0, components.length);
    }

    /** The vector in a part of an array. Changes of the array show through. */
    static VectorSource of(float[] components, int from, int size) {
        return new ArrayVector(components, from, size, () -> 1);
    }

    /** The vector in an array, and its {@link #scale}. Changes of both show through. */
    static VectorSource of(float[] components, DoubleSupplier scale) {
        return new ArrayVector(components, 0, components.length, scale);
    }
}
