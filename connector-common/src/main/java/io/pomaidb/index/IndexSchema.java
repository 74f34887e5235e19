package io.pomaidb.index;

import java.io.Serializable;
import java.util.Objects;

/**
 * The columns of an index.
 *
 * @param idColumn name of the id column
 * @param idType type of the id column
 * @param vectorColumn name of the vector column; its components are stored as 32-bit floats
 */
public record IndexSchema(String idColumn, IdType idType, String vectorColumn) implements Serializable {
    static final String VECTOR_TYPE = "array<float>";

    public IndexSchema {
        Objects.requireNonNull(idColumn, "idColumn");
        Objects.requireNonNull(idType, "idType");
        Objects.requireNonNull(vectorColumn, "vectorColumn");
    }
}
