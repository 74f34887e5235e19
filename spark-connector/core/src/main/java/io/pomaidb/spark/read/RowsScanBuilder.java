package io.pomaidb.spark.read;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.filter.FilterPushdown;
import io.pomaidb.spark.filter.RowFilter;
import io.pomaidb.spark.nearest.NearestOrder;
import io.pomaidb.spark.nearest.NearestScan;
import io.pomaidb.spark.row.RowShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownAggregates;
import org.apache.spark.sql.connector.read.SupportsPushDownLimit;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownTopN;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.StructType;

/** A read of an index's rows, while Spark finds out how little of them a query needs. */
public final class RowsScanBuilder
        implements SupportsPushDownRequiredColumns,
                SupportsPushDownV2Filters,
                SupportsPushDownLimit,
                SupportsPushDownTopN,
                SupportsPushDownAggregates {
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;
    private final Configuration configuration;
    private StructType columns;
    private RowFilter filter = RowFilter.ALL;
    private Predicate[] pushed = new Predicate[0];
    private int limit = RowsScan.NO_LIMIT;
    private Optional<NearestOrder> nearest = Optional.empty();
    private Optional<AggregateScan> aggregates = Optional.empty();

    /** A read of all rows of a snapshot, until Spark says otherwise. */
    public RowsScanBuilder(PomaiIndex index, Snapshot snapshot, PomaiOptions options, Configuration configuration) {
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
        this.configuration = configuration;
        this.columns = RowShape.schema(snapshot.schema());
    }

    /** The state of the index that is read. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** Which rows are read, as far as Spark has said it. */
    public RowFilter filter() {
        return filter;
    }

    @Override
    public void pruneColumns(StructType required) {
        columns = required;
    }

    @Override
    public Predicate[] pushPredicates(Predicate[] predicates) {
        var pushdown = new FilterPushdown(snapshot.schema(), predicates);
        filter = pushdown.filter();
        pushed = pushdown.pushed();
        return pushdown.rest();
    }

    @Override
    public Predicate[] pushedPredicates() {
        return pushed.clone();
    }

    /** Spark takes the limit of all partitions together. */
    @Override
    public boolean pushLimit(int most) {
        limit = most;
        return true;
    }

    /** Spark finds the first rows among the first of all shards. */
    @Override
    public boolean pushTopN(SortOrder[] orders, int most) {
        nearest = NearestOrder.of(index.path().toString(), snapshot, orders, most);
        return nearest.isPresent();
    }

    /** Of a limit, and of an order with a limit. */
    @Override
    public boolean isPartiallyPushed() {
        return true;
    }

    @Override
    public boolean supportCompletePushDown(Aggregation aggregation) {
        return answers(aggregation).isPresent();
    }

    @Override
    public boolean pushAggregation(Aggregation aggregation) {
        aggregates = answers(aggregation);
        return aggregates.isPresent();
    }

    private Optional<AggregateScan> answers(Aggregation aggregation) {
        if (!filter.isAll()) {
            return Optional.empty();
        }
        try {
            return AggregateScan.of(index, snapshot, aggregation);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the metadata of index " + index.path(), e);
        }
    }

    @Override
    public Scan build() {
        if (aggregates.isPresent()) {
            return aggregates.get();
        }
        return nearest.isPresent()
                ? new NearestScan(index, snapshot, options, configuration, columns, filter, nearest.get())
                : new RowsScan(index, snapshot, options, configuration, columns, filter, limit);
    }
}
