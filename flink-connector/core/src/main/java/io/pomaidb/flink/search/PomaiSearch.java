package io.pomaidb.flink.search;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.index.IndexSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.BasicArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.types.Row;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Searches an index that is larger than one machine for a stream of queries: every query goes to all searchers, each of which
 * has some of the shards open, and their best hits are merged.
 *
 * <pre>{@code
 * DataStream<Tuple3<Question, long[], float[]>> hits = PomaiSearch.on("hdfs:///indexes/words")
 *         .topK(10)
 *         .searchers(8)
 *         .search(questions, Question::vector);
 * }</pre>
 *
 * <p>An element of the result is a query, the ids of its hits (numbers, or by {@link #searchKeys} strings, or by
 * {@link #searchRows} rows with other columns), best first, and their scores. Every query has exactly one, with exactly k
 * hits or as many as the index has rows, all of one version of the index; in no particular order. Shard n is searched by
 * searcher {@code n mod searchers}, so shards are spread evenly, and their segments stay on its machine. Streams may be
 * bounded or not; with checkpoints each query is answered exactly once. A query's vector that is null, or of another
 * dimension than the index, fails the job. For one thread.
 */
public final class PomaiSearch {
    private static final TypeInformation<float[]> SCORES = PrimitiveArrayTypeInfo.FLOAT_PRIMITIVE_ARRAY_TYPE_INFO;
    private static final int DEFAULT_IN_FLIGHT = 1024;
    private static final int DEFAULT_BATCH = 256;
    private static final int DEFAULT_RETRIES = 3;

    private final Map<String, String> options = new HashMap<>();
    private List<String> columns = List.of();
    private HadoopSettings hadoop = HadoopSettings.ofMachine();
    private Duration refresh = Duration.ofMinutes(1);
    private int searchers;
    private int inFlight = DEFAULT_IN_FLIGHT;

    private PomaiSearch(String path) {
        options.put("path", path);
    }

    /** A search of the index at a path. */
    public static PomaiSearch on(String path) {
        return new PomaiSearch(path);
    }

    /** Hits for each query; 10 where it is not set. */
    public PomaiSearch topK(int k) {
        return option("top_k", Integer.toString(k));
    }

    /** Sets one of the connector's options that searches use, as the table in the README has them. */
    public PomaiSearch option(String name, String value) {
        options.put(name, value);
        return this;
    }

    /** Payload columns, or the vector's column, of the hits that {@link #searchRows} gives; none where it is not set. */
    public PomaiSearch columns(String... names) {
        columns = List.of(names);
        return this;
    }

    /** Hadoop settings, over those of the machines. */
    public PomaiSearch hadoop(HadoopSettings settings) {
        hadoop = settings;
        return this;
    }

    /** How often to look for new versions of the index, which later queries then see; zero: never. */
    public PomaiSearch refresh(Duration interval) {
        refresh = interval;
        return this;
    }

    /** Parallel searchers; the environment's parallelism where it is not set. More than there are shards are of no use. */
    public PomaiSearch searchers(int count) {
        searchers = count;
        return this;
    }

    /** Queries that a searcher holds at most before the stream waits; {@value #DEFAULT_IN_FLIGHT} where it is not set. */
    public PomaiSearch inFlight(int queries) {
        inFlight = queries;
        return this;
    }

    /**
     * Searches an index whose ids are numbers; of another one the job fails.
     *
     * @param vector reads a query's vector; the array is read before the next query comes
     * @throws ConfigurationException if an option is not accepted
     */
    public <Q> DataStream<Tuple3<Q, long[], float[]>> search(
            DataStream<Q> queries, SerializableFunction<Q, float[]> vector) {
        refuseColumns("ids");
        return merged(queries, vector, HitKind.IDS, null)
                .map(found -> Tuple3.of(found.f0, found.f1.ids, found.f1.scores))
                .returns(Types.TUPLE(queries.getType(), PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO, SCORES))
                .name("PomaiDB ids");
    }

    /**
     * Searches an index whose ids are strings, as {@link #search} does, and gives these; of another index the job fails.
     *
     * @param vector reads a query's vector; the array is read before the next query comes
     * @throws ConfigurationException if an option is not accepted
     */
    public <Q> DataStream<Tuple3<Q, String[], float[]>> searchKeys(
            DataStream<Q> queries, SerializableFunction<Q, float[]> vector) {
        refuseColumns("keys");
        return merged(queries, vector, HitKind.KEYS, null)
                .map(found -> Tuple3.of(found.f0, found.f1.keys, found.f1.scores))
                .returns(Types.TUPLE(queries.getType(), BasicArrayTypeInfo.STRING_ARRAY_TYPE_INFO, SCORES))
                .name("PomaiDB keys");
    }

    /**
     * Searches as {@link #search} does, and gives the hits as rows: the id under its name in the index ({@code Integer},
     * {@code Long} or {@code String}), and behind it the {@link #columns}, in that order. A vector is a {@code float[]}, as it was
     * written; payload values are {@code Boolean}, {@code Byte}, {@code Short}, {@code Integer}, {@code Long}, {@code Float},
     * {@code Double}, {@code BigDecimal}, {@code String}, {@code byte[]}, {@code LocalDate}, {@code Instant} (timestamp),
     * {@code LocalDateTime} (timestamp without time zone), arrays of these, {@code Map}, and {@code Row} for structs; or null. The
     * types are those that the index has now, which therefore has to exist; a later version that has others fails the job.
     * Each searcher reads the columns of its own best k.
     *
     * @param vector reads a query's vector; the array is read before the next query comes
     * @throws ConfigurationException if an option is not accepted, or the index has no column of a name
     * @throws UncheckedIOException if the index cannot be read
     */
    public <Q> DataStream<Tuple3<Q, Row[], float[]>> searchRows(
            DataStream<Q> queries, SerializableFunction<Q, float[]> vector) {
        var rows = HitRows.of(schema(), columns);
        return merged(queries, vector, HitKind.ROWS, rows)
                .map(found -> Tuple3.of(found.f0, found.f1.rows, found.f1.scores))
                .returns(Types.TUPLE(queries.getType(), Types.OBJECT_ARRAY(rows.type()), SCORES))
                .name("PomaiDB rows");
    }

    private void refuseColumns(String kind) {
        if (!columns.isEmpty()) {
            throw new ConfigurationException("Cannot search index " + options.get("path") + " for " + kind
                    + ": columns " + columns + " are asked for as well (use searchRows)");
        }
    }

    private IndexSchema schema() {
        var access = new IndexAccess(options, hadoop);
        try {
            return access.index().latestExisting().schema();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot search index " + access.options().path() + " for rows: its columns cannot be read", e);
        }
    }

    /** @param rows of {@link HitKind#ROWS}; else null */
    private <Q> DataStream<Tuple2<Q, PartHits>> merged(
            DataStream<Q> queries, SerializableFunction<Q, float[]> vector, HitKind kind, HitRows rows) {
        var access = new IndexAccess(options, hadoop);
        int parts =
                searchers > 0 ? searchers : queries.getExecutionEnvironment().getParallelism();
        if (inFlight < 1 || refresh.isNegative() || parts < 1) {
            throw new ConfigurationException(
                    "Cannot search index " + access.options().path() + ": " + inFlight
                            + " queries in flight, " + parts + " searchers, a look for versions every " + refresh
                            + " (accepted: 1 or more, 1 or more, and zero or more)");
        }
        int k = access.options().topK();
        TypeInformation<Q> queryType = queries.getType();
        TypeInformation<Tuple2<Long, Long>> keyType = Types.TUPLE(Types.LONG, Types.LONG);

        DataStream<Tuple3<Tuple2<Long, Long>, Long, Q>> numbered = queries.map(
                        new QueryNumbering<Q>(access, refresh, kind))
                .returns(Types.TUPLE(keyType, Types.LONG, queryType))
                .name("PomaiDB queries");
        DataStream<PartQuery> asked = numbered.flatMap(new QuerySpreading<>(vector, parts))
                .returns(Types.POJO(PartQuery.class))
                .partitionCustom((part, searcherCount) -> part % searcherCount, query -> query.part);
        TypeInformation<PartHits> hitsType = PartHits.type(rows == null ? Types.ROW() : rows.type());
        var searching = new PartSearch(
                new SearchSettings(access, new RowShape(List.of()), refresh, DEFAULT_RETRIES, DEFAULT_BATCH),
                kind,
                rows);
        DataStream<PartHits> found = AsyncDataStream.unorderedWait(asked, searching, 0, TimeUnit.MILLISECONDS, inFlight)
                .returns(hitsType)
                .setParallelism(parts)
                .name("PomaiDB search");
        return numbered.keyBy(query -> query.f0, keyType)
                .connect(found.keyBy(hits -> Tuple2.of(hits.run, hits.number), keyType))
                .process(new HitMerging<>(queryType, hitsType, k))
                .returns(Types.TUPLE(queryType, hitsType))
                .name("PomaiDB hits");
    }
}
