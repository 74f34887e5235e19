package io.pomaidb.spark.column;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Finds the columns that options name in a DataFrame's schema and checks their types. Every failure is a
 * {@link DataException} that names column, found and accepted types, and the option to change.
 */
public final class ColumnFinder {
    private static final String NAME_THEM =
            "columns go by their names: name them, as in SELECT … AS id, … AS embedding";

    private final String attempt;
    private final StructType schema;
    private final boolean caseSensitive;

    /**
     * A finder in one schema.
     *
     * @param attempt how failures begin: "Cannot write to index …"
     * @param caseSensitive whether names that differ only in letter case are different columns
     */
    public ColumnFinder(String attempt, StructType schema, boolean caseSensitive) {
        this.attempt = attempt;
        this.schema = schema;
        this.caseSensitive = caseSensitive;
    }

    /** The id column called {@code name}. */
    public IdColumn id(String name, PomaiOption option) {
        int ordinal = ordinal(name, option);
        var type = schema.fields()[ordinal].dataType();
        var idType = idType(type).orElseThrow(() -> wrongType(ordinal, type, "int, bigint or string", option));
        return new IdColumn(schema.fields()[ordinal].name(), ordinal, idType);
    }

    /** The vector column called {@code name}. */
    public VectorColumn vector(String name, PomaiOption option) {
        int ordinal = ordinal(name, option);
        var type = schema.fields()[ordinal].dataType();
        var encoding =
                VectorEncoding.of(type).orElseThrow(() -> wrongType(ordinal, type, VectorEncoding.ACCEPTED, option));
        return new VectorColumn(schema.fields()[ordinal].name(), ordinal, encoding);
    }

    /** Place of the one column called {@code name}, whatever its type. */
    public int ordinal(String name, PomaiOption option) {
        var fields = schema.fields();
        int found = -1;
        for (int i = 0; i < fields.length; i++) {
            if (matches(fields[i].name(), name)) {
                if (found >= 0) {
                    throw new DataException(attempt + ": column " + name + " is there twice (columns: " + columns()
                            + "; rename one, or set option " + option.optionName() + ")");
                }
                found = i;
            }
        }
        if (found < 0) {
            throw new DataException(attempt + ": column " + name + " is missing (columns: " + columns() + "; "
                    + (namedBySpark() ? NAME_THEM : "rename one, or set option " + option.optionName()) + ")");
        }
        return found;
    }

    /** Whether the columns have the names that Spark gives those of VALUES. */
    private boolean namedBySpark() {
        return Arrays.stream(schema.fieldNames()).allMatch(column -> column.matches("col\\d+"));
    }

    /**
     * All columns besides these two.
     *
     * @param known columns that the index has: where letter case does not count, theirs is taken
     * @throws DataException if a column is of a type that payload cannot have
     */
    public PayloadInput others(IdColumn id, VectorColumn vector, List<PayloadColumn> known) {
        var columns = new ArrayList<PayloadColumn>();
        var ordinals = new ArrayList<Integer>();
        for (int i = 0; i < schema.fields().length; i++) {
            if (i != id.ordinal() && i != vector.ordinal()) {
                DataType type = schema.fields()[i].dataType();
                String name = schema.fields()[i].name();
                PayloadType payload = ColumnTypes.payload(type)
                        .orElseThrow(() -> new DataException(attempt + ": column " + name + " has the type "
                                + type.catalogString() + " (accepted: " + ColumnTypes.ACCEPTED_PAYLOAD
                                + "; cast the column, or leave it out)"));
                columns.add(new PayloadColumn(asKnown(name, known), payload));
                ordinals.add(i);
            }
        }
        return new PayloadInput(columns, ordinals);
    }

    private String asKnown(String name, List<PayloadColumn> known) {
        return known.stream()
                .map(PayloadColumn::name)
                .filter(has -> matches(has, name))
                .findFirst()
                .orElse(name);
    }

    private static Optional<IdType> idType(DataType type) {
        if (type.equals(DataTypes.IntegerType)) {
            return Optional.of(IdType.INT);
        }
        if (type.equals(DataTypes.StringType)) {
            return Optional.of(IdType.STRING);
        }
        return type.equals(DataTypes.LongType) ? Optional.of(IdType.LONG) : Optional.empty();
    }

    private boolean matches(String column, String name) {
        return caseSensitive
                ? column.equals(name)
                : column.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT));
    }

    private DataException wrongType(int ordinal, DataType found, String accepted, PomaiOption option) {
        return new DataException(attempt + ": column " + schema.fields()[ordinal].name() + " has the type "
                + found.catalogString() + " (accepted: " + accepted + "; cast it, or set option " + option.optionName()
                + ")");
    }

    private String columns() {
        return String.join(", ", Arrays.asList(schema.fieldNames()));
    }
}
