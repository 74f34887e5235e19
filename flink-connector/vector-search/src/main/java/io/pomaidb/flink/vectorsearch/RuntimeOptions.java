package io.pomaidb.flink.vectorsearch;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.search.SearchSettings;
import io.pomaidb.flink.table.TableOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.config.VectorSearchRuntimeConfigOptions;

/** The options in the last argument of {@code VECTOR_SEARCH}, which count for one search and stand over the table's. */
final class RuntimeOptions {
    private static final List<PomaiOption> SHARED =
            List.of(PomaiOption.HNSW_EF_SEARCH, PomaiOption.SEARCH_THREADS, PomaiOption.PROBES);

    /** Flink's own list of them is in a class whose name changes with its version. */
    private static final List<ConfigOption<?>> FLINKS = List.of(
            VectorSearchRuntimeConfigOptions.ASYNC,
            VectorSearchRuntimeConfigOptions.ASYNC_OUTPUT_MODE,
            VectorSearchRuntimeConfigOptions.ASYNC_MAX_CONCURRENT_OPERATIONS,
            VectorSearchRuntimeConfigOptions.ASYNC_TIMEOUT);

    private final ReadableConfig config;
    private final Map<String, String> shared = new HashMap<>();

    private RuntimeOptions(ReadableConfig config) {
        this.config = config;
        for (PomaiOption option : SHARED) {
            ConfigOption<String> key =
                    ConfigOptions.key(option.optionName()).stringType().noDefaultValue();
            config.getOptional(key).ifPresent(text -> shared.put(option.optionName(), text));
        }
    }

    /**
     * Reads options.
     *
     * @throws ConfigurationException if one is unknown
     */
    static RuntimeOptions of(ReadableConfig config) {
        var known = new TreeSet<String>();
        FLINKS.forEach(option -> known.add(option.key()));
        SHARED.forEach(option -> known.add(option.optionName()));
        known.add(TableOptions.SEARCH_REFRESH_INTERVAL.key());
        known.add(TableOptions.SEARCH_MAX_RETRIES.key());
        known.add(TableOptions.SEARCH_BATCH_SIZE.key());
        if (config instanceof Configuration given) {
            var unknown = new ArrayList<>(given.keySet());
            unknown.removeAll(known);
            if (!unknown.isEmpty()) {
                throw new ConfigurationException("Cannot search with option " + unknown.get(0)
                        + ": VECTOR_SEARCH does not know it (accepted: " + String.join(", ", known) + ")");
            }
        }
        return new RuntimeOptions(config);
    }

    /** The table's settings with these over them. */
    SearchSettings over(SearchSettings table) {
        return new SearchSettings(
                table.access().with(shared),
                table.shape(),
                config.getOptional(TableOptions.SEARCH_REFRESH_INTERVAL).orElse(table.refresh()),
                config.getOptional(TableOptions.SEARCH_MAX_RETRIES).orElse(table.retries()),
                config.getOptional(TableOptions.SEARCH_BATCH_SIZE).orElse(table.batch()));
    }
}
