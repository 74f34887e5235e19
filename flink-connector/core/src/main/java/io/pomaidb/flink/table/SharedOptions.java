package io.pomaidb.flink.table;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.catalog.UniqueConstraint;

/** The options that every connector has, as a table's definition gives them: by name, by its key and by its distribution. */
public final class SharedOptions {
    private SharedOptions() {}

    /**
     * Reads them.
     *
     * @throws ConfigurationException if key, distribution and options say different things
     */
    public static Map<String, String> of(ResolvedCatalogTable table) {
        Map<String, String> given = table.getOptions();
        var options = new HashMap<String, String>();
        for (PomaiOption option : TableOptions.shared()) {
            String text = given.get(option.optionName());
            if (text != null) {
                options.put(option.optionName(), text);
            }
        }
        idColumn(table.getResolvedSchema(), given)
                .ifPresent(column -> options.put(PomaiOption.ID_COLUMN.optionName(), column));
        String id = PomaiOptions.parse(options).idColumn();
        table.getDistribution()
                .flatMap(distribution -> shards(distribution, id, given))
                .ifPresent(shards -> options.put(PomaiOption.SHARDS.optionName(), shards.toString()));
        return options;
    }

    /** The id column that the primary key names, where no option does. */
    private static Optional<String> idColumn(ResolvedSchema schema, Map<String, String> given) {
        Optional<UniqueConstraint> key = schema.getPrimaryKey();
        if (key.isEmpty()) {
            return Optional.empty();
        }
        List<String> columns = key.get().getColumns();
        if (columns.size() != 1) {
            throw new ConfigurationException("Cannot use PRIMARY KEY (" + String.join(", ", columns)
                    + "): an index has one id column (accepted: one column)");
        }
        String option = given.get(PomaiOption.ID_COLUMN.optionName());
        if (option != null && !option.equals(columns.get(0))) {
            throw new ConfigurationException("Cannot use PRIMARY KEY (" + columns.get(0) + "): option id_column is "
                    + option + " (declare the id as primary key, or leave the option out)");
        }
        return Optional.of(columns.get(0));
    }

    private static Optional<Integer> shards(TableDistribution distribution, String id, Map<String, String> given) {
        if (distribution.getKind() == TableDistribution.Kind.RANGE) {
            throw new ConfigurationException(
                    "Cannot distribute a table BY RANGE (accepted: DISTRIBUTED BY HASH(" + id + ") INTO n BUCKETS)");
        }
        List<String> keys = distribution.getBucketKeys();
        if (!keys.isEmpty() && !keys.equals(List.of(id))) {
            throw new ConfigurationException("Cannot distribute a table BY (" + String.join(", ", keys)
                    + "): rows find their shard by the id " + id + " (accepted: DISTRIBUTED BY HASH(" + id
                    + ") INTO n BUCKETS)");
        }
        String option = given.get(PomaiOption.SHARDS.optionName());
        Optional<Integer> buckets = distribution.getBucketCount();
        if (buckets.isPresent()
                && option != null
                && !option.trim().equals(buckets.get().toString())) {
            throw new ConfigurationException("Cannot distribute a table INTO " + buckets.get()
                    + " BUCKETS: option shards is " + option + " (give one of them, or both alike)");
        }
        return buckets;
    }
}
