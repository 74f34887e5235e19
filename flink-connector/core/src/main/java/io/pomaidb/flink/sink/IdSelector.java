package io.pomaidb.flink.sink;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;

/** The id by which a row finds its subtask. */
final class IdSelector<T> implements KeySelector<T, Long>, ResultTypeQueryable<Long> {
    private static final long serialVersionUID = 1L;

    private final RowAdapter<T> adapter;

    IdSelector(RowAdapter<T> adapter) {
        this.adapter = adapter;
    }

    @Override
    public Long getKey(T row) {
        return adapter.id(row);
    }

    @Override
    public TypeInformation<Long> getProducedType() {
        return Types.LONG;
    }
}
