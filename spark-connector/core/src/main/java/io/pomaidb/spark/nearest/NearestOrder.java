package io.pomaidb.spark.nearest;

import io.pomaidb.error.DataException;
import io.pomaidb.index.IndexSchema;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.spark.function.VectorComparison;
import io.pomaidb.vector.VectorSource;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.SortDirection;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.expressions.UserDefinedScalarFunc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An order of rows that the index can give the first rows of: by nearness to a vector, as the index's metric has it.
 *
 * @param query the vector
 * @param limit how many rows are wanted
 */
public record NearestOrder(QueryVectors query, int limit) {
    /** More hits than this are no search; and all of a task's are in memory at once. */
    private static final int MOST_ROWS = 1 << 16;

    private static final Logger LOG = LoggerFactory.getLogger(NearestOrder.class);

    /** The order in which Spark wants rows of an index; empty, and told in the log, if the index does not have it. */
    public static Optional<NearestOrder> of(String path, Snapshot snapshot, SortOrder[] orders, int limit) {
        if (orders.length == 0 || !(orders[0].expression() instanceof UserDefinedScalarFunc function)) {
            return Optional.empty();
        }
        Optional<VectorComparison> comparison = VectorComparison.of(function.canonicalName());
        if (comparison.isEmpty()) {
            return Optional.empty();
        }
        String obstacle = obstacle(snapshot, orders, comparison.get(), limit);
        if (obstacle == null) {
            Optional<NearestOrder> found = of(snapshot, function, limit);
            if (found.isPresent()) {
                return found;
            }
            obstacle = "it does not compare column " + snapshot.schema().vectorColumn() + " with a constant vector of "
                    + snapshot.dim() + " components";
        }
        tellScan(comparison.get(), path, obstacle);
        return Optional.empty();
    }

    /** Says in the log that an index does not answer an order of its rows, and why. */
    public static void tellScan(VectorComparison comparison, String path, String obstacle) {
        LOG.info(
                "The order by {} of index {} is answered exactly by a full scan: {}",
                comparison.functionName(),
                path,
                obstacle);
    }

    private static String obstacle(Snapshot snapshot, SortOrder[] orders, VectorComparison comparison, int limit) {
        if (comparison.metric() != snapshot.metric()) {
            return "the index's metric is " + snapshot.metric().optionName();
        }
        if ((orders[0].direction() == SortDirection.ASCENDING) != comparison.nearIsSmall()) {
            return "it begins with the farthest rows";
        }
        if (limit > MOST_ROWS) {
            return "it wants more than " + MOST_ROWS + " rows";
        }
        boolean thenById = orders.length == 2
                && orders[1].direction() == SortDirection.ASCENDING
                && isColumn(orders[1].expression(), snapshot.schema().idColumn());
        return orders.length == 1 || thenById ? null : "it has further keys";
    }

    private static Optional<NearestOrder> of(Snapshot snapshot, UserDefinedScalarFunc function, int limit) {
        Expression[] arguments = function.children();
        for (int column = 0; column < arguments.length; column++) {
            if (isVector(arguments[column], snapshot.schema())
                    && arguments[1 - column] instanceof Literal<?> literal
                    && literal.value() instanceof ArrayData vector) {
                return query(snapshot, vector).map(query -> new NearestOrder(query, limit));
            }
        }
        return Optional.empty();
    }

    private static Optional<QueryVectors> query(Snapshot snapshot, ArrayData vector) {
        for (int i = 0; i < vector.numElements(); i++) {
            if (vector.isNullAt(i)) {
                return Optional.empty();
            }
        }
        var builder = QueryVectors.builder(snapshot.parameters(), "of the order");
        try {
            return Optional.of(
                    builder.add("1", VectorSource.of(vector.toFloatArray())).build());
        } catch (DataException ofAnotherDimensionOrNotFinite) {
            LOG.debug("The vector of an order cannot be searched for", ofAnotherDimensionOrNotFinite);
            return Optional.empty();
        }
    }

    private static boolean isVector(Expression expression, IndexSchema schema) {
        return isColumn(expression, schema.vectorColumn());
    }

    private static boolean isColumn(Expression expression, String name) {
        return expression instanceof NamedReference reference
                && Arrays.equals(reference.fieldNames(), new String[] {name});
    }
}
