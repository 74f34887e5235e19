package io.pomaidb.index;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadSchema;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * The columns of an index.
 *
 * @param idColumn name of the id column
 * @param idType type of the id column
 * @param vectorColumn name of the vector column; its components are stored as 32-bit floats
 * @param payload all other columns
 */
public record IndexSchema(String idColumn, IdType idType, String vectorColumn, List<PayloadColumn> payload)
        implements Serializable {
    static final String VECTOR_TYPE = "array<float>";

    /**
     * Checks the names.
     *
     * @throws ConfigurationException if two columns have names that differ in nothing but case, or one is reserved
     */
    public IndexSchema {
        Objects.requireNonNull(idColumn, "idColumn");
        Objects.requireNonNull(idType, "idType");
        Objects.requireNonNull(vectorColumn, "vectorColumn");
        payload = List.copyOf(payload);
        payloadSchema(idColumn, idType, payload);
        for (PayloadColumn column : payload) {
            if (column.name().equalsIgnoreCase(idColumn) || column.name().equalsIgnoreCase(vectorColumn)) {
                throw new ConfigurationException("Cannot make an index: payload column " + column.name()
                        + " has the name of the id or vector column (rename it: names must differ in more than case)");
            }
        }
    }

    /** A schema without payload. */
    public IndexSchema(String idColumn, IdType idType, String vectorColumn) {
        this(idColumn, idType, vectorColumn, List.of());
    }

    private static PayloadSchema payloadSchema(String idColumn, IdType idType, List<PayloadColumn> payload) {
        return idType == IdType.STRING
                ? new PayloadSchema(idColumn, payload)
                : new PayloadSchema(null, idColumn, payload);
    }

    /** What payload files hold: the payload columns, and the key where ids are strings; predicates may name any id. */
    public PayloadSchema payloadSchema() {
        return payloadSchema(idColumn, idType, payload);
    }

    /** The same with other payload columns. */
    public IndexSchema withPayload(List<PayloadColumn> columns) {
        return new IndexSchema(idColumn, idType, vectorColumn, columns);
    }

    /**
     * This schema with the payload columns of another added that it does not have.
     *
     * @throws ConfigurationException if they have a column with different types
     */
    public IndexSchema plus(IndexSchema other) {
        return withPayload(payloadSchema()
                .plus(payloadSchema(idColumn, idType, other.payload))
                .columns());
    }
}
