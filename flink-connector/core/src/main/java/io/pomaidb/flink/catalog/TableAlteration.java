package io.pomaidb.flink.catalog;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.row.ColumnTypes;
import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.types.logical.LogicalType;

/** What {@code ALTER TABLE} changes in an index: what segments are built and searched with, and columns that are added. */
final class TableAlteration {
    /** What later segments and searches can have otherwise than those before. */
    private static final Set<PomaiOption> ALTERABLE = EnumSet.of(
            PomaiOption.HNSW_M,
            PomaiOption.HNSW_EF_CONSTRUCTION,
            PomaiOption.HNSW_EF_SEARCH,
            PomaiOption.ADAPTIVE_THRESHOLD);

    private static final String ACCEPTED = "SET and RESET of "
            + ALTERABLE.stream().map(PomaiOption::optionName).collect(Collectors.joining(", "))
            + ", ADD of columns at the end, RENAME TO; other options go to the catalog, or to a query by OPTIONS";

    private final PomaiIndex index;
    private final Map<String, String> texts = new HashMap<>();
    private final List<PayloadColumn> added = new ArrayList<>();
    private final PomaiOptions options;

    /**
     * Reads changes.
     *
     * @throws ConfigurationException if one is not possible; then none is made
     */
    TableAlteration(PomaiIndex index, List<TableChange> changes) {
        this.index = index;
        for (TableChange change : changes) {
            if (change instanceof TableChange.SetOption set) {
                texts.put(alterable(set.getKey()).optionName(), set.getValue());
            } else if (change instanceof TableChange.ResetOption reset) {
                PomaiOption option = alterable(reset.getKey());
                texts.put(option.optionName(), option.defaultText().orElseThrow());
            } else if (change instanceof TableChange.AddColumn column && column.getPosition() == null) {
                added.add(payload(column.getColumn()));
            } else {
                throw refused(change.getClass().getSimpleName() + " is not possible");
            }
        }
        options = PomaiOptions.parse(texts);
    }

    private PomaiOption alterable(String name) {
        return ALTERABLE.stream()
                .filter(option -> option.optionName().equals(name))
                .findFirst()
                .orElseThrow(() -> refused("option " + name + " is not one that an index can change"));
    }

    private PayloadColumn payload(Column column) {
        LogicalType type = column.getDataType().getLogicalType();
        if (!column.isPhysical() || !type.isNullable()) {
            throw refused("column " + column.getName() + " is computed, metadata or NOT NULL");
        }
        return new PayloadColumn(column.getName(), ColumnTypes.payload(column.getName(), type));
    }

    private ConfigurationException refused(String why) {
        return new ConfigurationException(
                "Cannot alter table " + index.path() + ": " + why + " (accepted: " + ACCEPTED + ")");
    }

    /** Commits the changes, to what the index is by then. */
    void commit() throws IOException {
        index.commit(current -> Optional.of(altered(current.orElseThrow(
                () -> new ConfigurationException("Cannot alter table " + index.path() + ": there is no index")))));
    }

    private Snapshot altered(Snapshot current) {
        IndexParameters has = current.parameters();
        var columns = new ArrayList<>(has.schema().payload());
        columns.addAll(added);
        var parameters = new IndexParameters(
                has.schema().withPayload(columns),
                has.metric(),
                has.dim(),
                engine(has.engine()),
                has.shards(),
                has.routing());
        return current.append(parameters, List.of(), Optional.empty());
    }

    private EngineParameters engine(EngineParameters has) {
        return new EngineParameters(
                options.isSet(PomaiOption.HNSW_M) ? options.hnswM() : has.hnswM(),
                options.isSet(PomaiOption.HNSW_EF_CONSTRUCTION)
                        ? options.hnswEfConstruction()
                        : has.hnswEfConstruction(),
                options.isSet(PomaiOption.HNSW_EF_SEARCH) ? options.hnswEfSearch() : has.hnswEfSearch(),
                options.isSet(PomaiOption.ADAPTIVE_THRESHOLD) ? options.adaptiveThreshold() : has.adaptiveThreshold());
    }
}
