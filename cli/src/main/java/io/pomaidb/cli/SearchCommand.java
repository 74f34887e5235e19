package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadPredicate;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadSchema;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searches all shards, one after the other. */
@Command(name = "search", description = "Shows the rows nearest to query vectors.", mixinStandardHelpOptions = true)
final class SearchCommand extends IndexCommand {
    @Option(
            names = {"-q", "--query"},
            paramLabel = "VECTOR",
            required = true,
            description = "a query vector as in [0.25, -1, 3e-2]; may be repeated")
    private List<String> queries;

    @Option(
            names = {"-k", "--top-k"},
            paramLabel = "K",
            description = "rows to show for each query (default: ${DEFAULT-VALUE})")
    private String topK = "10";

    @Option(names = "--ef", paramLabel = "EF", description = "option hnsw_ef_search (default: the index's)")
    private String ef;

    @Mixin
    private CacheOption cache;

    @Option(
            names = "--where",
            paramLabel = "PREDICATE",
            description =
                    "only rows whose id and payload satisfy this, such as \"price < 10 AND colour IN ('red', 'blue')\"")
    private String where;

    @Option(
            names = "--columns",
            paramLabel = "COLUMN",
            split = ",",
            description = "payload columns to show of each row, with commas between them")
    private List<String> columns = List.of();

    @Option(names = "--probes", paramLabel = "N", description = "option probes (default: all shards)")
    private String probes;

    @Mixin
    private VersionOption version;

    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        PomaiOptions options = options();
        Snapshot snapshot = version.read(index);
        QueryVectors.Builder vectors = QueryVectors.builder(snapshot.parameters(), "--query");
        for (int i = 0; i < queries.size(); i++) {
            vectors.add(Integer.toString(i + 1), VectorSource.of(vector(queries.get(i))));
        }
        QueryVectors batch = vectors.build();
        PayloadSchema schema = snapshot.schema().payloadSchema();
        List<PayloadColumn> shown = shown(schema);
        SnapshotView view =
                SnapshotView.of(index, snapshot, options, Runtime.getRuntime().availableProcessors());
        SnapshotView filtered = where == null ? view : view.where(PayloadPredicate.parse(where, schema));
        var search = new ShardedSearch(view, batch, options);
        List<TopK> hits = search.run(filtered, batch);
        Map<Long, PayloadRow> rows = shown.isEmpty()
                ? Map.of()
                : search.payload(shown.stream().map(PayloadColumn::name).toList());
        answer(new Hits(hits, schema.keyColumn() != null, shown, rows));
        return ExitStatus.DONE;
    }

    /** The columns that were asked for, behind the key where ids are strings. */
    private List<PayloadColumn> shown(PayloadSchema schema) {
        var names = new ArrayList<>(columns);
        if (schema.keyColumn() != null) {
            names.add(0, schema.keyColumn());
        }
        return schema.project(names);
    }

    private PomaiOptions options() {
        var options = new LinkedHashMap<String, String>();
        options.put(PomaiOption.TOP_K.optionName(), topK);
        if (ef != null) {
            options.put(PomaiOption.HNSW_EF_SEARCH.optionName(), ef);
        }
        if (probes != null) {
            options.put(PomaiOption.PROBES.optionName(), probes);
        }
        cache.addTo(options);
        return PomaiOptions.parse(options);
    }

    private static float[] vector(String text) {
        return PomaiOptions.parse(Map.of(PomaiOption.QUERY.optionName(), text))
                .query()
                .orElseThrow();
    }

    /** The first column is the key, where there is one. */
    private record Hits(List<TopK> queries, boolean hasKeys, List<PayloadColumn> columns, Map<Long, PayloadRow> rows)
            implements Answer {
        @Override
        public void text(PrintWriter out) throws IOException {
            out.printf("%5s  %5s  %20s  %s%n", "query", "rank", "id", "score");
            for (int query = 0; query < queries.size(); query++) {
                TopK hits = queries.get(query);
                for (int rank = 0; rank < hits.size(); rank++) {
                    PayloadRow row = rows.get(hits.id(rank));
                    String id = hasKeys ? value(row, 0) : Long.toString(hits.id(rank));
                    out.printf("%5d  %5d  %20s  %s", query + 1, rank + 1, id, hits.score(rank));
                    for (int i = hasKeys ? 1 : 0; i < columns.size(); i++) {
                        out.printf("  %s=%s", Printable.of(columns.get(i).name()), value(row, i));
                    }
                    out.println();
                }
            }
        }

        private String value(PayloadRow row, int column) throws IOException {
            return Printable.of(PayloadJson.text(columns.get(column).type(), row, column));
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            json.writeArrayFieldStart("queries");
            for (TopK hits : queries) {
                json.writeStartArray();
                for (int rank = 0; rank < hits.size(); rank++) {
                    PayloadRow row = rows.get(hits.id(rank));
                    json.writeStartObject();
                    json.writeNumberField("rank", rank + 1);
                    if (hasKeys) {
                        write(json, "id", row, 0);
                    } else {
                        json.writeNumberField("id", hits.id(rank));
                    }
                    json.writeNumberField("score", hits.score(rank));
                    if (columns.size() > (hasKeys ? 1 : 0)) {
                        json.writeObjectFieldStart("payload");
                        for (int i = hasKeys ? 1 : 0; i < columns.size(); i++) {
                            write(json, columns.get(i).name(), row, i);
                        }
                        json.writeEndObject();
                    }
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }

        private void write(JsonGenerator json, String name, PayloadRow row, int column) throws IOException {
            json.writeFieldName(name);
            PayloadJson.write(json, columns.get(column).type(), row, column);
        }
    }
}
