package io.pomaidb.flink.table;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.lookup.AsyncLookup;
import io.pomaidb.flink.lookup.LookupSettings;
import io.pomaidb.flink.lookup.SyncLookup;
import io.pomaidb.flink.read.IndexInputFormat;
import io.pomaidb.flink.read.Scan;
import java.time.DateTimeException;
import java.util.function.Supplier;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.source.InputFormatProvider;
import org.apache.flink.table.connector.source.LookupTableSource.LookupRuntimeProvider;
import org.apache.flink.table.connector.source.lookup.AsyncLookupFunctionProvider;
import org.apache.flink.table.connector.source.lookup.FullCachingLookupProvider;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.connector.source.lookup.LookupOptions;
import org.apache.flink.table.connector.source.lookup.PartialCachingAsyncLookupProvider;
import org.apache.flink.table.connector.source.lookup.PartialCachingLookupProvider;
import org.apache.flink.table.connector.source.lookup.cache.DefaultLookupCache;
import org.apache.flink.table.connector.source.lookup.cache.LookupCache;
import org.apache.flink.table.connector.source.lookup.cache.trigger.CacheReloadTrigger;
import org.apache.flink.table.connector.source.lookup.cache.trigger.PeriodicCacheReloadTrigger;
import org.apache.flink.table.connector.source.lookup.cache.trigger.TimedCacheReloadTrigger;

/** How a lookup join finds rows: by their ids in the index, or by any columns in a cache of all rows. */
final class LookupProviders {
    private LookupProviders() {}

    /**
     * The way that the options choose.
     *
     * @param byId of lookups in the index
     * @param all the rows that a full cache keeps
     * @throws ConfigurationException if options are missing or do not fit together
     */
    static LookupRuntimeProvider of(ReadableConfig config, Supplier<LookupSettings> byId, Scan all) {
        boolean async = config.get(TableOptions.LOOKUP_ASYNC);
        return switch (config.get(LookupOptions.CACHE_TYPE)) {
            case NONE ->
                async
                        ? AsyncLookupFunctionProvider.of(new AsyncLookup(byId.get()))
                        : LookupFunctionProvider.of(new SyncLookup(byId.get()));
            case PARTIAL -> {
                LookupCache cache = DefaultLookupCache.fromConfig(config);
                yield async
                        ? PartialCachingAsyncLookupProvider.of(new AsyncLookup(byId.get()), cache)
                        : PartialCachingLookupProvider.of(new SyncLookup(byId.get()), cache);
            }
            case FULL ->
                FullCachingLookupProvider.of(InputFormatProvider.of(new IndexInputFormat(all)), trigger(config));
        };
    }

    private static CacheReloadTrigger trigger(ReadableConfig config) {
        try {
            return switch (config.get(LookupOptions.FULL_CACHE_RELOAD_STRATEGY)) {
                case PERIODIC -> PeriodicCacheReloadTrigger.fromConfig(config);
                case TIMED -> TimedCacheReloadTrigger.fromConfig(config);
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new ConfigurationException(
                    "Cannot keep all rows by option lookup.cache: 'FULL': when to load them anew is not said ("
                            + e.getMessage() + ")",
                    e);
        }
    }
}
