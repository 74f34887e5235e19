package io.pomaidb.spark.row;

import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.spark.column.ColumnTypes;
import io.pomaidb.spark.column.SparkCells;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** The columns of the rows that a scan gives, and how a row is made of what a shard has. Immutable. */
public final class RowShape implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Where a cell comes from; payload columns count from 0. */
    private static final int INT_ID = -1;

    private static final int LONG_ID = -2;
    private static final int VECTOR = -3;
    private static final int SHARD = -4;
    private static final int SEGMENT = -5;
    private static final int VERSION = -6;

    private final int[] cells;
    private final List<PayloadColumn> payload;
    private final int dim;

    private RowShape(int[] cells, List<PayloadColumn> payload, int dim) {
        this.cells = cells;
        this.payload = List.copyOf(payload);
        this.dim = dim;
    }

    /** All columns of an index's rows. */
    public static StructType schema(IndexSchema index) {
        var schema = new StructType()
                .add(index.idColumn(), ColumnTypes.of(index.idType()), false)
                .add(index.vectorColumn(), ColumnTypes.vector(), false);
        for (PayloadColumn column : index.payload()) {
            schema = schema.add(column.name(), ColumnTypes.of(column.type()), true);
        }
        return schema;
    }

    /**
     * The shape of rows with some columns of an index.
     *
     * @throws io.pomaidb.error.ConfigurationException if the index has no column of a name
     */
    public static RowShape of(IndexSchema index, StructType columns, int dim) {
        var cells = new int[columns.size()];
        var payload = new ArrayList<PayloadColumn>();
        for (int i = 0; i < cells.length; i++) {
            String name = columns.fields()[i].name();
            if (name.equals(index.idColumn()) && index.idType() != IdType.STRING) {
                cells[i] = index.idType() == IdType.INT ? INT_ID : LONG_ID;
            } else if (name.equals(index.vectorColumn())) {
                cells[i] = VECTOR;
            } else {
                cells[i] = other(index, name, payload);
            }
        }
        return new RowShape(cells, payload, dim);
    }

    private static int other(IndexSchema index, String name, List<PayloadColumn> payload) {
        boolean stored = index.payloadSchema().stored().stream()
                .anyMatch(column -> column.name().equals(name));
        if (!stored) {
            var field = MetadataField.of(name);
            if (field.isPresent()) {
                return switch (field.get()) {
                    case SHARD -> SHARD;
                    case SEGMENT -> SEGMENT;
                    case VERSION -> VERSION;
                };
            }
        }
        payload.addAll(index.payloadSchema().project(List.of(name)));
        return payload.size() - 1;
    }

    /** Names of the payload columns that rows need. */
    public List<String> payload() {
        return payload.stream().map(PayloadColumn::name).toList();
    }

    /** Whether rows have vectors. */
    public boolean hasVector() {
        return Arrays.stream(cells).anyMatch(cell -> cell == VECTOR);
    }

    /** Bytes that the engine's part of a row takes. */
    public long engineBytes() {
        return Long.BYTES + (hasVector() ? (long) dim * Float.BYTES : 0);
    }

    /** A row. */
    public InternalRow row(RowSource source) throws IOException {
        PayloadRow stored = payload.isEmpty() ? null : source.payload();
        var row = new Object[cells.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = cells[i] >= 0
                    ? SparkCells.of(stored, cells[i], payload.get(cells[i]).type())
                    : cell(cells[i], source);
        }
        return new GenericInternalRow(row);
    }

    private static Object cell(int cell, RowSource source) throws IOException {
        return switch (cell) {
            case INT_ID -> (Object) (int) source.id();
            case LONG_ID -> source.id();
            case VECTOR -> UnsafeArrayData.fromPrimitiveArray(source.vector());
            default -> metadata(cell, source.segment());
        };
    }

    private static Object metadata(int cell, Segment segment) {
        if (cell == SHARD) {
            return segment.shard();
        }
        return cell == SEGMENT ? UTF8String.fromString(segment.uuid().toString()) : (Object) segment.sequence();
    }
}
