package io.pomaidb.payload;

import io.pomaidb.error.ConfigurationException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The columns of an index's payload files besides the 64-bit id, in their order. Where keys are strings, the first column
 * is the key. Immutable.
 *
 * @param keyColumn name of the column of string keys; null where ids are numbers
 * @param idColumn what predicates call the id where it is a number; null where they cannot name it
 * @param columns the payload columns, without the key
 */
public record PayloadSchema(String keyColumn, String idColumn, List<PayloadColumn> columns) implements Serializable {
    /** Name of the 64-bit id in a payload file; no payload column has it. */
    public static final String ID = "_pomai_id";

    /** Payload columns that an index may have. */
    public static final int MAX_COLUMNS = 2_000;

    /** A schema without columns, whose segments have no payload file. */
    public static final PayloadSchema EMPTY = new PayloadSchema(null, List.of());

    /**
     * Checks the names.
     *
     * @throws ConfigurationException if two names differ in nothing but case, or one is reserved, or there are too many
     */
    public PayloadSchema {
        columns = List.copyOf(columns);
        if (columns.size() > MAX_COLUMNS) {
            throw new ConfigurationException("Cannot make a payload schema: it has " + columns.size()
                    + " columns (accepted: up to " + MAX_COLUMNS + ")");
        }
        var names = new HashSet<String>();
        names.add(ID);
        if (keyColumn != null) {
            names.add(keyColumn.toLowerCase(Locale.ROOT));
        }
        for (PayloadColumn column : columns) {
            if (!names.add(column.name().toLowerCase(Locale.ROOT))) {
                throw new ConfigurationException("Cannot make a payload schema: column " + column.name()
                        + (column.name().equalsIgnoreCase(ID) ? " has a reserved name" : " is there twice")
                        + " (rename it: names must differ in more than case)");
            }
        }
    }

    /**
     * A schema whose ids predicates cannot name.
     *
     * @throws ConfigurationException as the other constructor does
     */
    public PayloadSchema(String keyColumn, List<PayloadColumn> columns) {
        this(keyColumn, null, columns);
    }

    /** Whether rows have nothing but id and vector. */
    public boolean isEmpty() {
        return keyColumn == null && columns.isEmpty();
    }

    /** The key, if there is one, and the payload columns: the columns of a payload file behind the id. */
    public List<PayloadColumn> stored() {
        if (keyColumn == null) {
            return columns;
        }
        var stored = new ArrayList<PayloadColumn>(columns.size() + 1);
        stored.add(new PayloadColumn(keyColumn, PayloadType.STRING));
        stored.addAll(columns);
        return stored;
    }

    /** The columns that a predicate may name: the stored ones, and the id where it is a number. */
    List<PayloadColumn> testable() {
        if (idColumn == null) {
            return stored();
        }
        var testable = new ArrayList<>(stored());
        testable.add(new PayloadColumn(idColumn, PayloadType.LONG));
        return testable;
    }

    /**
     * The stored columns of those names, in that order.
     *
     * @throws ConfigurationException if there is no such column
     */
    public List<PayloadColumn> project(List<String> names) {
        return project(stored(), names);
    }

    /** Those of some columns that have the names, in that order. */
    static List<PayloadColumn> project(List<PayloadColumn> columns, List<String> names) {
        Map<String, PayloadColumn> known = new HashMap<>();
        columns.forEach(column -> known.put(column.name(), column));
        return names.stream()
                .map(name -> {
                    PayloadColumn column = known.get(name);
                    if (column == null) {
                        throw new ConfigurationException("Cannot read payload column " + name
                                + ": the index has none of that name (it has: "
                                + String.join(
                                        ", ", known.keySet().stream().sorted().toList()) + ")");
                    }
                    return column;
                })
                .toList();
    }

    /**
     * This schema with the columns of another that it does not have yet added behind its own: what both rows written with
     * the one and with the other are read by.
     *
     * @throws ConfigurationException if a column has another type in the other schema, or the keys differ
     */
    public PayloadSchema plus(PayloadSchema other) {
        if (!Objects.equals(keyColumn, other.keyColumn)) {
            throw new ConfigurationException("Cannot join payload schemas: the key column is " + keyColumn
                    + " in one and " + other.keyColumn + " in the other (write rows with the index's key column)");
        }
        Map<String, PayloadType> known = new HashMap<>();
        columns.forEach(column -> known.put(column.name(), column.type()));
        var joined = new ArrayList<>(columns);
        for (PayloadColumn column : other.columns) {
            PayloadType has = known.get(column.name());
            if (has == null) {
                joined.add(column);
            } else if (!has.equals(column.type())) {
                throw new ConfigurationException("Cannot write payload column " + column.name() + " of type "
                        + column.type() + ": the index has it with type " + has + " (cast the column, or rename it)");
            }
        }
        return new PayloadSchema(keyColumn, idColumn, joined);
    }
}
