package io.pomaidb.engine;

import io.pomaidb.error.ConfigurationException;
import java.util.Objects;

/**
 * How a native database is opened. Of an existing directory, dim and metric must be the ones it was made with.
 *
 * @param dim components of a vector
 * @param metric how vectors compare
 * @param indexType how segments of at least {@code adaptiveThreshold} rows are indexed
 * @param hnswM links a graph node has
 * @param hnswEfConstruction candidates kept while a graph is built
 * @param hnswEfSearch candidates kept while a graph is searched
 * @param adaptiveThreshold segments of fewer rows are scanned exactly
 * @param searchThreads native threads for building and searching; 0 means all cores
 * @param fsync when puts become durable
 * @param memoryBudgetBytes memory for rows that are not frozen yet and for freezing them; 0 means no bound
 */
public record DatabaseOptions(
        int dim,
        Metric metric,
        IndexType indexType,
        int hnswM,
        int hnswEfConstruction,
        int hnswEfSearch,
        int adaptiveThreshold,
        int searchThreads,
        FsyncPolicy fsync,
        long memoryBudgetBytes) {

    public DatabaseOptions {
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(indexType, "indexType");
        Objects.requireNonNull(fsync, "fsync");
        atLeast(1, dim, "dim");
        atLeast(2, hnswM, "hnswM");
        atLeast(1, hnswEfConstruction, "hnswEfConstruction");
        atLeast(1, hnswEfSearch, "hnswEfSearch");
        atLeast(0, adaptiveThreshold, "adaptiveThreshold");
        atLeast(0, searchThreads, "searchThreads");
        atLeast(0, memoryBudgetBytes, "memoryBudgetBytes");
    }

    /** Options at their defaults: inner product, a graph with m 32, ef 200 and 64, all cores. */
    public static Builder builder(int dim) {
        return new Builder(dim);
    }

    /** A builder that has these options. */
    public Builder toBuilder() {
        return builder(dim)
                .metric(metric)
                .indexType(indexType)
                .hnswM(hnswM)
                .hnswEfConstruction(hnswEfConstruction)
                .hnswEfSearch(hnswEfSearch)
                .adaptiveThreshold(adaptiveThreshold)
                .searchThreads(searchThreads)
                .fsync(fsync)
                .memoryBudgetBytes(memoryBudgetBytes);
    }

    private static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new ConfigurationException(
                    "Cannot open a database with " + name + " " + value + " (accepted: " + least + " or more)");
        }
    }

    /** Collects options; not thread-safe. {@link #build} checks them. */
    public static final class Builder {
        private final int dim;
        private Metric metric = Metric.INNER_PRODUCT;
        private IndexType indexType = IndexType.HNSW;
        private int hnswM = 32;
        private int hnswEfConstruction = 200;
        private int hnswEfSearch = 64;
        private int adaptiveThreshold = 5000;
        private int searchThreads;
        private FsyncPolicy fsync = FsyncPolicy.NEVER;
        private long memoryBudgetBytes;

        private Builder(int dim) {
            this.dim = dim;
        }

        public Builder metric(Metric value) {
            metric = value;
            return this;
        }

        public Builder indexType(IndexType value) {
            indexType = value;
            return this;
        }

        public Builder hnswM(int value) {
            hnswM = value;
            return this;
        }

        public Builder hnswEfConstruction(int value) {
            hnswEfConstruction = value;
            return this;
        }

        public Builder hnswEfSearch(int value) {
            hnswEfSearch = value;
            return this;
        }

        public Builder adaptiveThreshold(int value) {
            adaptiveThreshold = value;
            return this;
        }

        public Builder searchThreads(int value) {
            searchThreads = value;
            return this;
        }

        public Builder fsync(FsyncPolicy value) {
            fsync = value;
            return this;
        }

        public Builder memoryBudgetBytes(long value) {
            memoryBudgetBytes = value;
            return this;
        }

        /** The options; a {@link ConfigurationException} if one is out of range. */
        public DatabaseOptions build() {
            return new DatabaseOptions(
                    dim,
                    metric,
                    indexType,
                    hnswM,
                    hnswEfConstruction,
                    hnswEfSearch,
                    adaptiveThreshold,
                    searchThreads,
                    fsync,
                    memoryBudgetBytes);
        }
    }
}
