package io.pomaidb.payload;

import java.util.Objects;

/**
 * A map that was read, or made from its keys and values. Immutable as far as these are.
 *
 * @param keys the keys
 * @param values the values, as many
 */
public record PayloadEntries(PayloadValues keys, PayloadValues values) implements PayloadMap {
    public PayloadEntries {
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(values, "values");
    }
}
