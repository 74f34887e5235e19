package io.pomaidb.spark.search;

import io.pomaidb.error.DataException;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.Function1;
import scala.collection.Iterable;

/**
 * The function of Spark's SQL that gives a vector's hits. What it opens for a task's first row serves all of them. For the
 * threads of one task.
 */
final class VectorSearch implements UDF1<Object, List<Row>> {
    private static final long serialVersionUID = 1L;
    private static final String COLUMN = "query_vector";

    private final IndexSearch search;
    private final SearchTally tally;

    private transient OpenIndex open;

    VectorSearch(IndexSearch search, SearchTally tally) {
        this.search = search;
        this.tally = tally;
    }

    /** The hits of a vector, as Spark hands it over; none of null. */
    @Override
    public synchronized List<Row> call(Object vector) throws IOException {
        if (vector == null) {
            return List.of();
        }
        float[] components = components((Iterable<?>) vector);
        TaskContext task = TaskContext.get();
        if (task == null) {
            // The optimizer evaluates constants on the driver.
            try (var once = new OpenIndex(search, tally, 1, 0)) {
                return hits(once, components);
            }
        }
        if (open == null || open.isClosed()) {
            open = OpenIndex.during(task, search, tally);
        }
        return hits(open, components);
    }

    private List<Row> hits(OpenIndex index, float[] vector) throws IOException {
        QueryVectors query = QueryVectors.builder(search.snapshot().parameters(), COLUMN)
                .add("", VectorSource.of(vector))
                .build();
        Function1<Object, Object> external =
                CatalystTypeConverters.createToScalaConverter(search.columns().schema());
        InternalRow[] rows = index.rows(index.search(query), none -> null)[0];
        return Arrays.stream(rows).map(row -> (Row) external.apply(row)).toList();
    }

    private static float[] components(Iterable<?> vector) {
        var components = new float[vector.size()];
        var values = vector.iterator();
        for (int i = 0; i < components.length; i++) {
            if (!(values.next() instanceof Number component)) {
                throw new DataException("Cannot search for a vector: component " + i + " in column " + COLUMN
                        + " is null (accepted: finite numbers)");
            }
            components[i] = component.floatValue();
        }
        return components;
    }
}
