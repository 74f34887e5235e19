package io.pomaidb.index;

import java.io.Serializable;
import java.util.Objects;

/**
 * A column of an index: its name and its type, as the snapshot spells it.
 *
 * @param name as rows and hits show it
 * @param type {@code int} or {@code long} for the id, {@code array<float>} for the vector
 */
public record Column(String name, String type) implements Serializable {
    public Column {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
    }
}
