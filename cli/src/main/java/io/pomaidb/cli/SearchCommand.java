package io.pomaidb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
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

    @Option(names = "--cache", paramLabel = "FOLDER", description = "option cache_dir")
    private String cache;

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
        answer(new Hits(search(index, snapshot, vectors.build(), options)));
        return ExitStatus.DONE;
    }

    private PomaiOptions options() {
        var options = new LinkedHashMap<String, String>();
        options.put(PomaiOption.TOP_K.optionName(), topK);
        if (ef != null) {
            options.put(PomaiOption.HNSW_EF_SEARCH.optionName(), ef);
        }
        if (cache != null) {
            options.put(PomaiOption.CACHE_DIR.optionName(), cache);
        }
        return PomaiOptions.parse(options);
    }

    private static float[] vector(String text) {
        return PomaiOptions.parse(Map.of(PomaiOption.QUERY.optionName(), text))
                .query()
                .orElseThrow();
    }

    private static List<TopK> search(PomaiIndex index, Snapshot snapshot, QueryVectors queries, PomaiOptions options)
            throws IOException {
        SnapshotView view =
                SnapshotView.of(index, snapshot, options, Runtime.getRuntime().availableProcessors());
        var found = new ArrayList<>(Collections.nCopies(queries.size(), TopK.EMPTY));
        try (ProgressBar progress = ProgressBar.of("searching")) {
            for (int shard = 0; shard < snapshot.shards(); shard++) {
                try (var searcher = view.searcher(shard)) {
                    List<TopK> hits = searcher.search(queries, 0, queries.size(), options.topK());
                    for (int query = 0; query < hits.size(); query++) {
                        found.set(query, TopK.merge(found.get(query), hits.get(query), options.topK()));
                    }
                }
                progress.show(shard + 1L, snapshot.shards());
            }
        }
        return found;
    }

    private record Hits(List<TopK> queries) implements Answer {
        @Override
        public void text(PrintWriter out) {
            out.printf("%5s  %5s  %20s  %s%n", "query", "rank", "id", "score");
            for (int query = 0; query < queries.size(); query++) {
                TopK hits = queries.get(query);
                for (int rank = 0; rank < hits.size(); rank++) {
                    out.printf("%5d  %5d  %20d  %s%n", query + 1, rank + 1, hits.id(rank), hits.score(rank));
                }
            }
        }

        @Override
        public void json(JsonGenerator json) throws IOException {
            json.writeArrayFieldStart("queries");
            for (TopK hits : queries) {
                json.writeStartArray();
                for (int rank = 0; rank < hits.size(); rank++) {
                    json.writeStartObject();
                    json.writeNumberField("rank", rank + 1);
                    json.writeNumberField("id", hits.id(rank));
                    json.writeNumberField("score", hits.score(rank));
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
    }
}
