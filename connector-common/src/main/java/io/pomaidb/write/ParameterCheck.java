package io.pomaidb.write;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.Centroids;
import io.pomaidb.index.EngineParameters;
import io.pomaidb.index.IdType;
import io.pomaidb.index.IndexAgreement;
import io.pomaidb.index.IndexParameters;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Turns options into an index's parameters, and holds an append's options against the index that exists. */
final class ParameterCheck {
    private ParameterCheck() {}

    /** What the options alone ask for. */
    static IndexParameters wanted(PomaiOptions options, IdType idType, List<PayloadColumn> columns) {
        return new IndexParameters(
                new IndexSchema(options.idColumn(), idType, options.vectorColumn(), columns),
                options.metric(),
                options.dim().orElse(0),
                new EngineParameters(
                        options.hnswM(),
                        options.hnswEfConstruction(),
                        options.hnswEfSearch(),
                        options.adaptiveThreshold()),
                options.shards());
    }

    /** The existing index's parameters, with the set engine options for the segments of this write. */
    static IndexParameters toAppend(
            String path, Snapshot existing, PomaiOptions options, IdType idType, List<PayloadColumn> columns) {
        IndexParameters has = existing.parameters();
        IndexParameters asked = wanted(options, idType, List.of());
        IndexSchema schema = has.schema();
        new IndexAgreement("Cannot append to index " + path, options, "leave the option out, or overwrite the index")
                .check(has);
        if (schema.idType() == IdType.INT && idType == IdType.LONG) {
            throw new ConfigurationException("Cannot append to index " + path + ": column " + schema.idColumn()
                    + " is of type long and the index's ids are of type int (cast the column to int)");
        }
        if ((schema.idType() == IdType.STRING) != (idType == IdType.STRING)) {
            throw new ConfigurationException("Cannot append to index " + path + ": column " + schema.idColumn()
                    + " is of type " + idType.typeName() + " and the index's ids are of type "
                    + schema.idType().typeName() + " (cast the column, or overwrite the index)");
        }
        EngineParameters engine = has.engine();
        return new IndexParameters(
                schema.plus(schema.withPayload(columns)),
                has.metric(),
                has.dim() == 0 ? asked.dim() : has.dim(),
                new EngineParameters(
                        options.isSet(PomaiOption.HNSW_M) ? options.hnswM() : engine.hnswM(),
                        options.isSet(PomaiOption.HNSW_EF_CONSTRUCTION)
                                ? options.hnswEfConstruction()
                                : engine.hnswEfConstruction(),
                        options.isSet(PomaiOption.HNSW_EF_SEARCH) ? options.hnswEfSearch() : engine.hnswEfSearch(),
                        options.isSet(PomaiOption.ADAPTIVE_THRESHOLD)
                                ? options.adaptiveThreshold()
                                : engine.adaptiveThreshold()),
                has.shards(),
                has.routing());
    }

    /** The parameters of a new index whose rows go to the nearest of {@code centroids}, which are stored. */
    static IndexParameters clustered(
            String path, IndexParameters wanted, PomaiOptions options, Optional<Centroids> centroids, PomaiIndex index)
            throws IOException {
        if (centroids.isEmpty()) {
            throw new ConfigurationException("Cannot write index " + path + ": option "
                    + PomaiOption.SHARD_BY.optionName()
                    + " is cluster and there are no centroids (accepted: a first write that has rows to find them in, in"
                    + " Spark's SQL CREATE TABLE … AS SELECT; or shard_by hash, and compact to clusters later)");
        }
        Centroids trained = centroids.get();
        if (trained.count() != wanted.shards()) {
            throw new ConfigurationException("Cannot write index " + path + ": there are " + trained.count()
                    + " centroids and option " + PomaiOption.SHARDS.optionName() + " is " + wanted.shards()
                    + " (they must agree)");
        }
        if (wanted.dim() != 0 && trained.dim() != wanted.dim()) {
            throw new ConfigurationException("Cannot write index " + path + ": the centroids have " + trained.dim()
                    + " components and option " + PomaiOption.DIM.optionName() + " is " + wanted.dim()
                    + " (they must agree)");
        }
        return wanted.withDim(trained.dim()).withShards(wanted.shards(), index.publish(trained));
    }

    static ConfigurationException exists(String path) {
        return new ConfigurationException(
                "Cannot create index " + path + ": there is one already (append to it, overwrite it, or change path)");
    }
}
