package io.pomaidb.spark.column;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
import java.util.Arrays;
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
            "columns go by their names: name those of the index, as in INSERT INTO … (id, embedding) VALUES …";

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
        var idType = idType(type).orElseThrow(() -> wrongType(ordinal, type, "int or bigint", option));
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

    /** Refuses a schema that has columns besides these two. */
    public void refuseOthers(IdColumn id, VectorColumn vector) {
        for (int i = 0; i < schema.fields().length; i++) {
            if (i != id.ordinal() && i != vector.ordinal()) {
                throw new DataException(attempt + ": an index has no place for column "
                        + schema.fields()[i].name() + " (accepted: " + id.name() + " and " + vector.name()
                        + " alone; select these two)");
            }
        }
    }

    private static Optional<IdType> idType(DataType type) {
        if (type.equals(DataTypes.IntegerType)) {
            return Optional.of(IdType.INT);
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
