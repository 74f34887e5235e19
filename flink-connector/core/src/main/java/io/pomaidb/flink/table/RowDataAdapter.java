package io.pomaidb.flink.table;

import io.pomaidb.error.DataException;
import io.pomaidb.flink.row.ArrayVector;
import io.pomaidb.flink.row.ColumnTypes;
import io.pomaidb.flink.row.RowPayload;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.flink.sink.RowAdapter;
import io.pomaidb.flink.sink.RowOperation;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadValues;
import io.pomaidb.vector.VectorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.types.RowKind;

/** Shows a table's rows to the sink, which asks for upserts, so that rows as they were before an update do not come. */
final class RowDataAdapter implements RowAdapter<RowData> {
    private static final long serialVersionUID = 1L;

    private final ArrayList<ShownColumn> columns;
    private final int id;
    private final int vector;
    private final IdType idType;
    private transient ArrayVector vectors;
    private transient RowPayload values;

    private RowDataAdapter(List<ShownColumn> columns, int id, int vector) {
        this.columns = new ArrayList<>(columns);
        this.id = id;
        this.vector = vector;
        this.idType = ColumnTypes.id(columns.get(id).name(), columns.get(id).type());
    }

    /** For rows with all columns. */
    static RowDataAdapter of(TableDefinition table) {
        return new RowDataAdapter(
                table.columns(),
                table.required(ShownColumn.Kind.ID, "id_column"),
                table.required(ShownColumn.Kind.VECTOR, "vector_column"));
    }

    /** For rows that are to be deleted, of which only the ids come. */
    static RowDataAdapter ofDeletions(TableDefinition table) {
        int id = table.required(ShownColumn.Kind.ID, "id_column");
        return new RowDataAdapter(List.of(table.columns().get(id)), 0, -1);
    }

    private List<Integer> payload() {
        return IntStream.range(0, columns.size())
                .filter(i -> columns.get(i).kind() == ShownColumn.Kind.PAYLOAD)
                .boxed()
                .toList();
    }

    @Override
    public IdType idType() {
        return idType;
    }

    @Override
    public List<PayloadColumn> columns() {
        return payload().stream()
                .map(columns::get)
                .map(column -> new PayloadColumn(column.name(), ColumnTypes.payload(column.name(), column.type())))
                .toList();
    }

    @Override
    public RowOperation operation(RowData row) {
        return row.getRowKind() == RowKind.DELETE ? RowOperation.DELETE : RowOperation.UPSERT;
    }

    @Override
    public byte[] key(RowData row) {
        return row.isNullAt(id) ? null : row.getString(id).toBytes();
    }

    @Override
    public long id(RowData row) {
        if (row.isNullAt(id)) {
            throw new DataException("Cannot write a row: its id in column "
                    + columns.get(id).name() + " is null (accepted: rows with an id)");
        }
        return switch (idType) {
            case INT -> row.getInt(id);
            case LONG -> row.getLong(id);
            case STRING -> RowAdapter.idOf(key(row));
        };
    }

    @Override
    public VectorSource vector(RowData row) {
        if (row.isNullAt(vector)) {
            return null;
        }
        if (vectors == null) {
            ShownColumn column = columns.get(vector);
            vectors = ArrayVector.of(column.name(), column.type());
        }
        return vectors.of(row.getArray(vector));
    }

    @Override
    public PayloadValues payload(RowData row) {
        if (values == null) {
            List<LogicalType> types = columns.stream().map(ShownColumn::type).toList();
            values = new RowPayload(types, payload());
        }
        return values.of(row);
    }
}
