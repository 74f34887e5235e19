package io.pomaidb.index;

import io.pomaidb.config.IndexMetric;
import io.pomaidb.config.PomaiOption;
import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.engine.IndexType;
import java.io.Serializable;
import java.util.Objects;

/**
 * What all segments of a snapshot share.
 *
 * @param schema the columns
 * @param metric how nearness is measured
 * @param dim components of every vector; 0 while no row has been written and no one has said
 * @param engine what segments are built with
 * @param shards number of shards, 1 to {@value #MAX_SHARDS}
 * @param routing how rows find their shard
 */
public record IndexParameters(
        IndexSchema schema, IndexMetric metric, int dim, EngineParameters engine, int shards, Routing routing)
        implements Serializable {
    /** Components that a vector may have. */
    public static final int MAX_DIM = PomaiOption.MAX_DIM;

    /** Shards that an index may have. */
    public static final int MAX_SHARDS = PomaiOption.MAX_SHARDS;

    public IndexParameters {
        Objects.requireNonNull(schema, "schema");
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(routing, "routing");
    }

    /** Parameters of an index whose ids are hashed. */
    public IndexParameters(IndexSchema schema, IndexMetric metric, int dim, EngineParameters engine, int shards) {
        this(schema, metric, dim, engine, shards, Routing.HASH);
    }

    /** The same with another dimension. */
    public IndexParameters withDim(int newDim) {
        return new IndexParameters(schema, metric, newDim, engine, shards, routing);
    }

    /** The same with other columns. */
    public IndexParameters withSchema(IndexSchema newSchema) {
        return new IndexParameters(newSchema, metric, dim, engine, shards, routing);
    }

    /** The same with rows spread over other shards. */
    public IndexParameters withShards(int newShards, Routing newRouting) {
        return new IndexParameters(schema, metric, dim, engine, newShards, newRouting);
    }

    /** Whether rows find the same shard under both. */
    public boolean routesAs(IndexParameters other) {
        return shards == other.shards && routing.equals(other.routing);
    }

    /** How the native databases of this index are opened; {@code dim} has to be known. */
    public DatabaseOptions.Builder databaseOptions() {
        return DatabaseOptions.builder(dim)
                .metric(metric.engineMetric())
                .indexType(IndexType.HNSW)
                .hnswM(engine.hnswM())
                .hnswEfConstruction(engine.hnswEfConstruction())
                .hnswEfSearch(engine.hnswEfSearch())
                .adaptiveThreshold(engine.adaptiveThreshold());
    }
}
