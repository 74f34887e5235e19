package io.pomaidb.flink.sink;

import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadValues;
import io.pomaidb.vector.VectorSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.function.SerializableFunction;

/** Reads rows by the functions that a user gave. */
final class FunctionAdapter<T> implements RowAdapter<T> {
    private static final long serialVersionUID = 1L;

    private final IdType idType;
    private final SerializableFunction<T, Long> id;
    private final SerializableFunction<T, String> key;
    private final SerializableFunction<T, float[]> vector;
    private final SerializableFunction<T, RowOperation> operation;
    private final ArrayList<PayloadColumn> columns;
    private final ArrayList<SerializableFunction<T, ?>> values;
    private transient PayloadRow payload;

    /**
     * An adapter.
     *
     * @param id null where ids are strings
     * @param key null where ids are numbers
     * @param values a function for each of {@code columns}
     */
    FunctionAdapter(
            IdType idType,
            SerializableFunction<T, Long> id,
            SerializableFunction<T, String> key,
            SerializableFunction<T, float[]> vector,
            SerializableFunction<T, RowOperation> operation,
            List<PayloadColumn> columns,
            List<SerializableFunction<T, ?>> values) {
        this.idType = idType;
        this.id = id;
        this.key = key;
        this.vector = vector;
        this.operation = operation;
        this.columns = new ArrayList<>(columns);
        this.values = new ArrayList<>(values);
    }

    @Override
    public IdType idType() {
        return idType;
    }

    @Override
    public List<PayloadColumn> columns() {
        return columns;
    }

    @Override
    public RowOperation operation(T row) {
        return operation.apply(row);
    }

    @Override
    public byte[] key(T row) {
        String text = key.apply(row);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long id(T row) {
        if (idType == IdType.STRING) {
            byte[] utf8 = key(row);
            if (utf8 != null) {
                return RowAdapter.idOf(utf8);
            }
        } else {
            Long number = id.apply(row);
            if (number != null) {
                return number;
            }
        }
        throw new DataException("Cannot write a row: its id is null (accepted: an id in every row)");
    }

    @Override
    public VectorSource vector(T row) {
        float[] components = vector.apply(row);
        return components == null ? null : VectorSource.of(components);
    }

    @Override
    public PayloadValues payload(T row) {
        if (columns.isEmpty()) {
            return null;
        }
        if (payload == null) {
            payload = new PayloadRow(columns.size());
        }
        for (int i = 0; i < columns.size(); i++) {
            JavaValues.set(payload, i, columns.get(i), values.get(i).apply(row));
        }
        return payload;
    }
}
