package io.pomaidb.flink.search;

import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Searches one part of the shards, for queries that arrive together in one native call. */
final class PartSearch extends RichAsyncFunction<PartQuery, PartHits> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(PartSearch.class);

    /** While tasks upstream look for versions at different times, queries of two are on their way. */
    private static final int OPEN_AT_ONCE = 2;

    private final SearchSettings settings;
    private transient PomaiIndex index;
    private transient Map<Part, SearchedSnapshot> opened;
    private transient Together<PartQuery, PartHits> together;

    PartSearch(SearchSettings settings) {
        this.settings = settings;
    }

    /** Some shards of a version. */
    private record Part(long version, int part, int parts) {}

    @Override
    public void open(OpenContext context) throws IOException {
        index = settings.access().index();
        opened = new LinkedHashMap<>();
        together = new Together<>("pomaidb-search", settings.batch(), this::answer);
    }

    @Override
    public void asyncInvoke(PartQuery query, ResultFuture<PartHits> result) throws InterruptedException {
        var unused = together.ask(query).whenComplete((hits, failure) -> {
            if (failure == null) {
                result.complete(List.of(hits));
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private void answer(List<Together.Asked<PartQuery, PartHits>> asked) throws IOException {
        var groups = new LinkedHashMap<Part, List<Together.Asked<PartQuery, PartHits>>>();
        for (Together.Asked<PartQuery, PartHits> each : asked) {
            PartQuery query = each.question();
            groups.computeIfAbsent(new Part(query.version, query.part, query.parts), part -> new ArrayList<>())
                    .add(each);
        }
        for (Map.Entry<Part, List<Together.Asked<PartQuery, PartHits>>> group : groups.entrySet()) {
            List<TopK> hits = search(
                    group.getKey(),
                    group.getValue().stream().map(Together.Asked::question).toList());
            for (int i = 0; i < hits.size(); i++) {
                Together.Asked<PartQuery, PartHits> each = group.getValue().get(i);
                each.answer().complete(hits(each.question(), hits.get(i)));
            }
        }
    }

    private static PartHits hits(PartQuery query, TopK found) {
        var hits = new PartHits();
        hits.run = query.run;
        hits.number = query.number;
        hits.parts = query.parts;
        hits.ids = found.ids();
        hits.scores = found.scores();
        return hits;
    }

    private List<TopK> search(Part part, List<PartQuery> queries) throws IOException {
        for (int failures = 0; ; failures++) {
            try {
                SearchedSnapshot shards = shards(part);
                QueryVectors.Builder vectors =
                        QueryVectors.builder(shards.snapshot().parameters(), "query");
                for (PartQuery query : queries) {
                    vectors.add(Long.toString(query.number), VectorSource.of(query.vector));
                }
                return shards.search(
                        vectors.build(), settings.access().options().topK());
            } catch (IOException | RuntimeException e) {
                SearchedSnapshot broken = opened.remove(part);
                if (broken != null) {
                    broken.close();
                }
                if (failures == settings.retries()) {
                    throw e;
                }
                LOG.warn("Cannot search {}; it is opened anew", index.path(), e);
            }
        }
    }

    private SearchedSnapshot shards(Part part) throws IOException {
        SearchedSnapshot known = opened.get(part);
        if (known == null) {
            while (opened.size() >= OPEN_AT_ONCE) {
                Part oldest = opened.keySet().iterator().next();
                opened.remove(oldest).close();
            }
            Snapshot snapshot = index.snapshot(part.version());
            known = new SearchedSnapshot(
                    settings.access().view(index, snapshot),
                    settings.access().options(),
                    shard -> shard % part.parts() == part.part());
            opened.put(part, known);
        }
        return known;
    }

    @Override
    public void close() {
        if (together != null) {
            together.close();
            opened.values().forEach(SearchedSnapshot::close);
            opened.clear();
        }
    }
}
