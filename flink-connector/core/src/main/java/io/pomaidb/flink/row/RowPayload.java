package io.pomaidb.flink.row;

import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/** The payload columns of a row, read in place. For one thread; {@link #of} points it at the next row. */
public final class RowPayload extends InternalValues {
    private final LogicalType[] types;
    private final RowData.FieldGetter[] getters;
    private RowData row;

    /**
     * A reader of some columns.
     *
     * @param types of all columns of the rows
     * @param columns the places of the payload columns, in the order of the payload
     */
    public RowPayload(List<LogicalType> types, List<Integer> columns) {
        this.types = columns.stream().map(types::get).toArray(LogicalType[]::new);
        this.getters = columns.stream()
                .map(column -> RowData.createFieldGetter(types.get(column), column))
                .toArray(RowData.FieldGetter[]::new);
    }

    /** Points it at a row. */
    public RowPayload of(RowData next) {
        row = next;
        return this;
    }

    @Override
    public int size() {
        return getters.length;
    }

    @Override
    Object value(int i) {
        return getters[i].getFieldOrNull(row);
    }

    @Override
    LogicalType type(int i) {
        return types[i];
    }
}
