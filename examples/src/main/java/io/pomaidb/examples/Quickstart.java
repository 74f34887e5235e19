package io.pomaidb.examples;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import picocli.CommandLine;

/**
 * The main job in one command: vectors become a sharded PomaiDB index in a Spark job, and a batch of queries gets its
 * top k. Run by {@code bin/quickstart}, whose help explains the options.
 */
public final class Quickstart {

    private static final int QUERIES = 1000;
    private static final int EXACT_QUERIES = 200;
    private static final List<String> SHOWN_WORDS =
            List.of("music", "river", "king", "physician", "happy", "seven", "computer", "run");
    private static final int SHOWN_NEIGHBOURS = 5;
    private static final StructType ROWS = new StructType()
            .add("id", DataTypes.LongType)
            .add("embedding", DataTypes.createArrayType(DataTypes.FloatType, false));

    private final QuickstartOptions options;
    private final SparkSession spark;
    private final Path home;

    private Quickstart(QuickstartOptions options, SparkSession spark, Path home) {
        this.options = options;
        this.spark = spark;
        this.home = home;
    }

    /**
     * Runs the job; system property {@code pomaidb.home} names the folder of the project. Exits with 2 for options that
     * cannot be, with 1 for input or an output that cannot be used.
     */
    public static void main(String[] args) {
        var options = new QuickstartOptions();
        var commandLine = new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true);
        try {
            commandLine.parseArgs(args);
        } catch (CommandLine.ParameterException e) {
            System.err.println(e.getMessage() + " (bin/quickstart --help explains the options)");
            System.exit(2);
        }
        try (var spark = LocalSpark.start("PomaiDB quickstart", "local[*]")) {
            new Quickstart(options, spark, Path.of(System.getProperty("pomaidb.home", "."))).run();
        } catch (Exception e) {
            System.err.println(explained(e).orElseThrow(() -> new IllegalStateException("The quickstart failed", e)));
            System.exit(1);
        }
    }

    /** The message of the first cause that speaks to users; Spark wraps what tasks throw. */
    private static Optional<String> explained(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(cause -> cause instanceof ConfigurationException
                        || cause instanceof DataException
                        || cause instanceof AnalysisException
                        || cause instanceof IOException)
                .map(Throwable::getMessage)
                .findFirst();
    }

    private void run() throws IOException {
        if (options.input == null) {
            var words = ExampleWords.load(home.resolve("examples/data/words"));
            var rows = new ArrayList<Row>(words.words().size());
            for (int id = 0; id < words.words().size(); id++) {
                rows.add(RowFactory.create((long) id, words.vectors().get(id)));
            }
            var shown = SHOWN_WORDS.stream()
                    .map(word -> (long) words.words().indexOf(word))
                    .toList();
            indexAndSearch(spark.createDataFrame(rows, ROWS), shown, id -> words.words()
                    .get((int) id));
        } else {
            var rows = spark.read()
                    .parquet(options.input.toString())
                    .select(
                            functions
                                    .col(options.idColumn)
                                    .cast(DataTypes.LongType)
                                    .as("id"),
                            functions
                                    .col(options.vectorColumn)
                                    .cast(DataTypes.createArrayType(DataTypes.FloatType))
                                    .as("embedding"));
            indexAndSearch(rows, List.of(), Long::toString);
        }
    }

    private void indexAndSearch(Dataset<Row> source, List<Long> shownIds, LongFunction<String> name)
            throws IOException {
        var rows = source.cache();
        long count = rows.count();
        if (count == 0) {
            throw new IOException("Cannot index " + options.input + ": it has no rows (at least one expected)");
        }
        var metric = options.metric.name();
        var path = options.output != null
                ? options.output
                : home.resolve("examples/target/quickstart-index").toString();

        long started = System.nanoTime();
        rows.write()
                .format("pomaidb")
                .option("shards", options.shards)
                .option("metric", metric)
                .option("adaptive_threshold", 1000) // a graph, also for shards of this small size
                .mode(options.output != null ? SaveMode.ErrorIfExists : SaveMode.Overwrite)
                .save(path);
        double writeSeconds = secondsSince(started);
        print(
                "indexed   %,d vectors (metric %s, %d shards) in %.1f s: %,.0f rows/s, into %s",
                count, metric, options.shards, writeSeconds, count / writeSeconds, path);

        var queries = sample(rows, count, shownIds);
        var hits = search(path, queries); // opens the shards
        started = System.nanoTime();
        search(path, queries);
        double searchSeconds = secondsSince(started);
        print(
                "searched  %,d queries, top %d, in %.2f s: %,.0f queries/s on opened shards",
                queries.size(), options.k, searchSeconds, queries.size() / searchSeconds);
        print(
                "recall@%d %.4f against an exact search of %d of the queries",
                options.k, recall(rows, queries, hits), Math.min(EXACT_QUERIES, queries.size()));
        print("");
        showNeighbours(queries, shownIds, hits, name);
    }

    /** The shown rows first, then others spread over the rows. */
    private static List<Row> sample(Dataset<Row> rows, long count, List<Long> shownIds) {
        var queries = new ArrayList<>(
                rows.where(functions.col("id").isInCollection(shownIds)).collectAsList());
        double fraction = Math.min(1.0, 1.2 * QUERIES / count);
        queries.addAll(rows.where(functions.not(functions.col("id").isInCollection(shownIds)))
                .sample(fraction, 42)
                .limit(QUERIES - queries.size())
                .collectAsList());
        return queries;
    }

    /** The hits of each query by id, best first. */
    private Map<Long, List<Row>> search(String path, List<Row> queries) {
        spark.createDataFrame(queries, ROWS).createOrReplaceTempView("quickstart_queries");
        var byQuery = new HashMap<Long, List<Row>>();
        spark.read()
                .format("pomaidb")
                .option("queries", "quickstart_queries")
                .option("query_id", "id")
                .option("query_vector", "embedding")
                .option("top_k", options.k)
                .load(path)
                .orderBy("query_id", "rank")
                .collectAsList()
                .forEach(hit -> byQuery.computeIfAbsent(hit.getLong(0), id -> new ArrayList<>())
                        .add(hit));
        return byQuery;
    }

    private double recall(Dataset<Row> rows, List<Row> queries, Map<Long, List<Row>> hits) {
        var sampled = queries.subList(0, Math.min(EXACT_QUERIES, queries.size()));
        var exact = new ExactSearch(
                options.metric.name(),
                options.k,
                sampled.stream().map(Quickstart::vector).toList());
        rows.toLocalIterator().forEachRemaining(row -> exact.add(row.getLong(0), vector(row)));
        long expected = 0;
        long found = 0;
        for (int q = 0; q < sampled.size(); q++) {
            var best = new HashSet<>(exact.ids(q));
            expected += best.size();
            found += hits.getOrDefault(sampled.get(q).getLong(0), List.of()).stream()
                    .filter(hit -> best.contains(hit.<Long>getAs("id")))
                    .count();
        }
        return (double) found / expected;
    }

    private void showNeighbours(
            List<Row> queries, List<Long> shownIds, Map<Long, List<Row>> hits, LongFunction<String> name) {
        var shown = shownIds.isEmpty()
                ? queries.stream().limit(5).map(row -> row.getLong(0)).toList()
                : shownIds;
        print("%-12s nearest, with scores", options.input == null ? "word" : "id");
        for (long id : shown) {
            var line = new StringBuilder();
            hits.getOrDefault(id, List.of()).stream()
                    .filter(hit -> hit.<Long>getAs("id") != id)
                    .limit(SHOWN_NEIGHBOURS)
                    .forEach(hit -> line.append(String.format(
                            Locale.ROOT,
                            "%-20s",
                            String.format(
                                    Locale.ROOT,
                                    "%s %.3f",
                                    name.apply(hit.<Long>getAs("id")),
                                    hit.<Number>getAs("score").doubleValue()))));
            print("%-12s %s", name.apply(id), line.toString().stripTrailing());
        }
    }

    private static float[] vector(Row row) {
        var values = row.<Float>getList(1);
        var vector = new float[values.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = values.get(i);
        }
        return vector;
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
