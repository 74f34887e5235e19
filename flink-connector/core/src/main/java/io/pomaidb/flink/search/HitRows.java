package io.pomaidb.flink.search;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.row.ColumnTypes;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.search.StoredRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.types.Row;

/** Makes rows of Java's usual classes of hits: the id, and behind it the columns that were asked for. Immutable. */
final class HitRows implements Serializable {
    private static final long serialVersionUID = 1L;

    private final RowShape shape;
    private final TypeInformation<Row> type;
    private final ArrayList<Field> fields;

    /** Where a field's value comes from. */
    @FunctionalInterface
    private interface Field extends Serializable {
        Object of(long id, StoredRow row);
    }

    private HitRows(RowShape shape, TypeInformation<Row> type, List<Field> fields) {
        this.shape = shape;
        this.type = type;
        this.fields = new ArrayList<>(fields);
    }

    /**
     * Rows of an index.
     *
     * @param names payload columns, or the vector's; the id's changes nothing
     * @throws ConfigurationException if the index has no column of a name, or a name is there twice
     */
    static HitRows of(IndexSchema schema, List<String> names) {
        var shown = new ArrayList<ShownColumn>();
        var types = new ArrayList<TypeInformation<?>>();
        var fields = new ArrayList<Field>();
        int stored = 0;
        shown.add(new ShownColumn(
                ShownColumn.Kind.ID,
                schema.idColumn(),
                ColumnTypes.of(schema.idType()).getLogicalType()));
        types.add(idType(schema.idType()));
        if (schema.idType() == IdType.STRING) {
            fields.add(payload(JavaColumn.of(PayloadType.STRING), stored++));
        } else {
            fields.add(schema.idType() == IdType.INT ? (id, row) -> (int) id : (id, row) -> id);
        }
        for (String name : names) {
            if (name.equals(schema.idColumn())) {
                continue;
            }
            if (shown.stream().anyMatch(column -> column.name().equals(name))) {
                throw new ConfigurationException("Cannot search for columns " + names + ": " + name
                        + " is there twice (accepted: each column once)");
            }
            if (name.equals(schema.vectorColumn())) {
                shown.add(new ShownColumn(
                        ShownColumn.Kind.VECTOR,
                        name,
                        DataTypes.ARRAY(DataTypes.FLOAT()).getLogicalType()));
                types.add(Types.PRIMITIVE_ARRAY(Types.FLOAT));
                fields.add((id, row) -> row.vector().clone());
            } else {
                PayloadType of = payloadType(schema, name);
                shown.add(new ShownColumn(
                        ShownColumn.Kind.PAYLOAD, name, ColumnTypes.of(of).getLogicalType()));
                JavaColumn column = JavaColumn.of(of);
                types.add(column.type());
                fields.add(payload(column, stored++));
            }
        }
        TypeInformation<Row> type = Types.ROW_NAMED(
                shown.stream().map(ShownColumn::name).toArray(String[]::new), types.toArray(TypeInformation<?>[]::new));
        return new HitRows(new RowShape(shown), type, fields);
    }

    private static TypeInformation<?> idType(IdType type) {
        return switch (type) {
            case INT -> Types.INT;
            case LONG -> Types.LONG;
            case STRING -> Types.STRING;
        };
    }

    private static Field payload(JavaColumn column, int place) {
        JavaColumn.Reader reader = column.reader();
        return (id, row) -> reader.readOrNull(row.payload(), place);
    }

    private static PayloadType payloadType(IndexSchema schema, String name) {
        return schema.payload().stream()
                .filter(column -> column.name().equals(name))
                .map(PayloadColumn::type)
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("Cannot search for column " + name
                        + ": the index has none of that name (it has: " + schema.idColumn() + ", "
                        + schema.vectorColumn()
                        + String.join(
                                "",
                                schema.payload().stream()
                                        .map(column -> ", " + column.name())
                                        .toList())
                        + ")"));
    }

    /** The columns; a version of the index may have others, and then {@link RowShape#check} says so. */
    RowShape shape() {
        return shape;
    }

    /** How Flink sends a row. */
    TypeInformation<Row> type() {
        return type;
    }

    /**
     * Makes a row.
     *
     * @param stored what was read for {@link #shape}
     */
    Row row(long id, StoredRow stored) {
        var row = new Row(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            row.setField(i, fields.get(i).of(id, stored));
        }
        return row;
    }
}
