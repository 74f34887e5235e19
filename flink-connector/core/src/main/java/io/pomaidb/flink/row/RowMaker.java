package io.pomaidb.flink.row;

import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadValues;
import java.util.List;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.types.RowKind;

/** Makes Flink's rows of what an index has of them. Rows share nothing with it. For one thread. */
public final class RowMaker {
    private final Field[] fields;

    /** Where a field's value comes from. */
    @FunctionalInterface
    private interface Field {
        Object of(long id, float[] vector, PayloadValues stored, Segment segment);
    }

    /** A maker of rows of a shape. */
    public RowMaker(RowShape shape) {
        List<String> stored = shape.stored();
        fields = new Field[shape.size()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = field(shape.column(i), stored.indexOf(shape.column(i).name()));
        }
    }

    private static Field field(ShownColumn column, int place) {
        if (RowShape.isStored(column)) {
            ValueReader reader = ValueReader.of(column.type());
            return (id, vector, stored, segment) -> reader.readOrNull(stored, place);
        }
        return switch (column.kind()) {
            case ID ->
                column.type().is(LogicalTypeRoot.INTEGER)
                        ? (id, vector, stored, segment) -> (int) id
                        : (id, vector, stored, segment) -> id;
            case VECTOR ->
                ((ArrayType) column.type()).getElementType().is(LogicalTypeRoot.DOUBLE)
                        ? (id, vector, stored, segment) -> new GenericArrayData(doubles(vector))
                        : (id, vector, stored, segment) -> new GenericArrayData(vector.clone());
            case SHARD -> (id, vector, stored, segment) -> segment.shard();
            case SEGMENT ->
                (id, vector, stored, segment) ->
                        StringData.fromString(segment.uuid().toString());
            case VERSION -> (id, vector, stored, segment) -> segment.sequence();
            case PAYLOAD -> throw new IllegalStateException("Cannot show payload column " + column.name());
        };
    }

    private static double[] doubles(float[] vector) {
        var doubles = new double[vector.length];
        for (int i = 0; i < vector.length; i++) {
            doubles[i] = vector[i];
        }
        return doubles;
    }

    /**
     * Makes a row.
     *
     * @param vector may be null where no column shows it
     * @param stored the columns of {@link RowShape#stored}; may be null where there are none
     * @param segment may be null where no column shows anything of it
     * @param more fields behind the columns, null until they are set
     */
    public GenericRowData row(RowKind kind, long id, float[] vector, PayloadValues stored, Segment segment, int more) {
        var row = new GenericRowData(kind, fields.length + more);
        for (int i = 0; i < fields.length; i++) {
            row.setField(i, fields[i].of(id, vector, stored, segment));
        }
        return row;
    }

    /** Makes a row of which only the id is known: other columns are null. */
    public static GenericRowData idOnly(RowShape shape, RowKind kind, Object id) {
        var row = new GenericRowData(kind, shape.size());
        for (int i = 0; i < shape.size(); i++) {
            if (shape.column(i).kind() == ShownColumn.Kind.ID) {
                row.setField(i, id);
            }
        }
        return row;
    }
}
