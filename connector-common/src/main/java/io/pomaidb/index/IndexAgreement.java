package io.pomaidb.index;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.config.ShardBy;
import io.pomaidb.error.ConfigurationException;

/**
 * Holds the options of a use of an index against what the index is: an option that says something else is a mistake, and
 * to ignore it would hide it.
 *
 * @param attempt how failures begin: "Cannot read index …"
 * @param options what the user set
 * @param remedy what the user may do besides giving the index's value
 */
public record IndexAgreement(String attempt, PomaiOptions options, String remedy) {
    /**
     * Compares all options that were fixed when the index was made.
     *
     * @throws ConfigurationException if one is set to another value than the index has; it names option and both values
     */
    public void check(IndexParameters has) {
        var schema = has.schema();
        check(PomaiOption.METRIC, options.metric().optionName(), has.metric().optionName());
        check(PomaiOption.SHARDS, options.shards(), has.shards());
        check(PomaiOption.SHARD_BY, options.shardBy(), has.routing().isByCluster() ? ShardBy.CLUSTER : ShardBy.HASH);
        check(PomaiOption.ID_COLUMN, options.idColumn(), schema.idColumn());
        check(PomaiOption.VECTOR_COLUMN, options.vectorColumn(), schema.vectorColumn());
        if (has.dim() != 0) {
            check(PomaiOption.DIM, options.dim().orElse(0), has.dim());
        }
    }

    private void check(PomaiOption option, Object asked, Object has) {
        if (options.isSet(option) && !asked.equals(has)) {
            throw new ConfigurationException(attempt + ": option " + option.optionName() + " is " + asked
                    + " and the index has " + has + " (" + remedy + ")");
        }
    }
}
