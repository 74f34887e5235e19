package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.spark.column.LiteralVector;
import io.pomaidb.spark.search.RowSearch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedArgumentExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.TimestampType;
import scala.collection.Iterable;

/**
 * The table function {@code pomai_search(index => '…', query_vector => array(…), num_results => 10, filter => '…')}. The index
 * is a path or a table of a catalog. With a
 * constant vector it is a search like any other; with one of the row before, in {@code LATERAL}, each row is searched for
 * where it is.
 */
final class SearchFunction {
    static final String NAME = "pomai_search";

    private static final String INDEX = "index";
    private static final String QUERY_VECTOR = "query_vector";

    /** The arguments in their order, and the option that each is. */
    private static final List<String> ARGUMENTS = List.of(
            INDEX,
            QUERY_VECTOR,
            "num_results",
            "filter",
            "columns",
            "version",
            "probes",
            "hnsw_ef_search",
            "timestamp");

    private static final Map<String, PomaiOption> OPTIONS = Map.of(
            INDEX,
            PomaiOption.PATH,
            "num_results",
            PomaiOption.TOP_K,
            "filter",
            PomaiOption.FILTER,
            "columns",
            PomaiOption.COLUMNS,
            "version",
            PomaiOption.VERSION,
            "probes",
            PomaiOption.PROBES,
            "hnsw_ef_search",
            PomaiOption.HNSW_EF_SEARCH,
            "timestamp",
            PomaiOption.TIMESTAMP);

    private SearchFunction() {}

    /** The plan of a call; {@code arguments} are Spark's expressions, resolved. */
    static LogicalPlan plan(Object arguments) {
        Map<String, Expression> given = byName((Iterable<?>) arguments);
        Expression vector = Optional.ofNullable(given.get(QUERY_VECTOR)).orElseThrow(() -> missing(QUERY_VECTOR));
        if (!given.containsKey(INDEX)) {
            throw missing(INDEX);
        }
        Map<String, String> options = new HashMap<>();
        OPTIONS.forEach((name, option) -> {
            if (given.containsKey(name)) {
                options.put(option.optionName(), constant(name, given.get(name)));
            }
        });
        var spark = SparkSession.active();
        options.computeIfPresent(PomaiOption.PATH.optionName(), (path, name) -> IndexName.path(spark, name));
        if (!vector.foldable()) {
            var parsed = PomaiOptions.parse(options);
            var location = IndexLocation.of(spark, parsed.path());
            return RowSearch.plan(spark, location.index(), location.snapshot(parsed), parsed, vector);
        }
        float[] query = LiteralVector.of(vector)
                .orElseThrow(() -> refused(
                        "argument " + QUERY_VECTOR + " is " + vector.sql(), "an array of numbers, none of them null"));
        var search = PomaiSearch.on(spark, options.get(PomaiOption.PATH.optionName()));
        for (Map.Entry<String, String> option : options.entrySet()) {
            search = search.option(option.getKey(), option.getValue());
        }
        return search.query(query).run().queryExecution().analyzed();
    }

    private static Map<String, Expression> byName(Iterable<?> arguments) {
        Map<String, Expression> byName = new HashMap<>();
        var unnamed = new ArrayList<Expression>();
        var all = arguments.iterator();
        while (all.hasNext()) {
            Object argument = all.next();
            if (argument instanceof NamedArgumentExpression named) {
                String name = named.key().toLowerCase(Locale.ROOT);
                if (!ARGUMENTS.contains(name)) {
                    throw refused("it has no argument " + named.key(), String.join(", ", ARGUMENTS));
                }
                if (byName.put(name, named.value()) != null) {
                    throw refused("argument " + name + " is given twice", "each argument once");
                }
            } else {
                unnamed.add((Expression) argument);
            }
        }
        if (unnamed.size() > ARGUMENTS.size()) {
            throw refused("it is given " + unnamed.size() + " arguments", String.join(", ", ARGUMENTS));
        }
        for (int i = 0; i < unnamed.size(); i++) {
            if (byName.put(ARGUMENTS.get(i), unnamed.get(i)) != null) {
                throw refused("argument " + ARGUMENTS.get(i) + " is given twice", "each argument once");
            }
        }
        return byName;
    }

    private static String constant(String name, Expression argument) {
        Object value = argument.foldable() ? argument.eval(null) : null;
        if (value == null) {
            throw refused("argument " + name + " is " + argument.sql(), "a constant that is not null");
        }
        return argument.dataType() instanceof TimestampType ? PomaiCatalog.time((Long) value) : value.toString();
    }

    private static ConfigurationException missing(String argument) {
        return refused("argument " + argument + " is missing", INDEX + " and " + QUERY_VECTOR + " at least");
    }

    private static ConfigurationException refused(String why, String accepted) {
        return new ConfigurationException("Cannot call " + NAME + ": " + why + " (accepted: " + accepted + ")");
    }
}
