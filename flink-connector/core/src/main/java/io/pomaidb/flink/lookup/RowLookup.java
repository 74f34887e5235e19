package io.pomaidb.flink.lookup;

import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.flink.search.Following;
import io.pomaidb.payload.KeyHash;
import io.pomaidb.search.SnapshotRows;
import io.pomaidb.search.StoredRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** Finds rows of the latest snapshot of an index by what a join knows of them. For one thread at a time. */
final class RowLookup implements AutoCloseable {
    private final LookupSettings settings;
    private final RowMaker maker;
    private final RowData.FieldGetter[] getters;
    private final Following<SnapshotRows> rows;

    RowLookup(LookupSettings settings) throws IOException {
        this.settings = settings;
        this.maker = new RowMaker(settings.search().shape());
        List<Integer> keys = settings.keys();
        this.getters = new RowData.FieldGetter[keys.size()];
        for (int i = 0; i < getters.length; i++) {
            int place = keys.get(i);
            getters[i] = RowData.createFieldGetter(
                    settings.search().shape().column(place).type(), place);
        }
        this.rows = new Following<>(
                settings.search().access(),
                view -> {
                    settings.search().shape().check(view.snapshot());
                    return new SnapshotRows(
                            settings.where(view),
                            settings.search().shape().stored(),
                            settings.search().shape().hasVector());
                },
                "pomaidb-refresh",
                settings.search().refresh(),
                settings.search().retries());
    }

    /**
     * The row of each key, of all found together.
     *
     * @param keys values of the columns of {@link LookupSettings#keys}, in that order
     * @return of each key the row, or nothing
     */
    List<Collection<RowData>> find(List<RowData> keys) throws IOException {
        var ids = new long[keys.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = id(keys.get(i));
        }
        return rows.ask(opened -> {
            List<StoredRow> found = opened.find(ids);
            var answers = new ArrayList<Collection<RowData>>(ids.length);
            for (int i = 0; i < ids.length; i++) {
                answers.add(matching(keys.get(i), ids[i], found.get(i)));
            }
            return answers;
        });
    }

    private long id(RowData key) {
        int place = settings.idPlace();
        if (key.isNullAt(place)) {
            return 0;
        }
        return switch (settings.idType()) {
            case INT -> key.getInt(place);
            case LONG -> key.getLong(place);
            case STRING -> KeyHash.idOf(key.getString(place).toBytes());
        };
    }

    /** The row, if it has all that the key says: two strings may have one hash. */
    private Collection<RowData> matching(RowData key, long id, StoredRow found) {
        if (found == null) {
            return List.of();
        }
        RowData row = maker.row(RowKind.INSERT, id, found.vector(), found.payload(), found.segment(), 0);
        for (int i = 0; i < getters.length; i++) {
            Object wanted = key.isNullAt(i) ? null : ((GenericRowData) key).getField(i);
            if (wanted == null || !Objects.equals(getters[i].getFieldOrNull(row), wanted)) {
                return List.of();
            }
        }
        return List.of(row);
    }

    @Override
    public void close() {
        rows.close();
    }
}
