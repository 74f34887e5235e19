package io.pomaidb.vector;

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

    /** The vector in an array. Changes of the array show through. */
    static VectorSource of(float... components) {
        return new ArrayVector(components);
    }
}
