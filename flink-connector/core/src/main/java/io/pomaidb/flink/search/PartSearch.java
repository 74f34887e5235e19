package io.pomaidb.flink.search;

import io.pomaidb.flink.row.RowMaker;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.flink.search.OpenParts.Opened;
import io.pomaidb.flink.search.OpenParts.Part;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.StoredRow;
import io.pomaidb.search.TopK;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.types.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Searches one part of the shards, for queries that arrive together in one native call. */
final class PartSearch extends RichAsyncFunction<PartQuery, PartHits> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(PartSearch.class);

    private final SearchSettings settings;
    private final HitKind kind;

    /** Null where no rows are asked for. */
    private final HitRows rows;

    private transient OpenParts parts;
    private transient Together<PartQuery, PartHits> together;

    /**
     * A search.
     *
     * @param kind what hits bring along besides their ids
     * @param rows makes rows, if hits bring these along; else null
     */
    PartSearch(SearchSettings settings, HitKind kind, HitRows rows) {
        this.settings = settings;
        this.kind = kind;
        this.rows = rows;
    }

    @Override
    public void open(OpenContext context) throws IOException {
        parts = new OpenParts(settings.access(), settings.retries(), settings.refresh());
        getRuntimeContext().getMetricGroup().addGroup("pomaidb").gauge("openVersions", () -> parts.size());
        together = new Together<>("pomaidb-search", settings.batch(), this::answer);
    }

    private static Part part(PartQuery query) {
        return new Part(query.version, query.part, query.parts);
    }

    @Override
    public void asyncInvoke(PartQuery query, ResultFuture<PartHits> result) {
        Part part = part(query);
        var unused = parts.await(part).thenCompose(opened -> ask(query)).whenComplete((hits, failure) -> {
            parts.done(part);
            if (failure == null) {
                result.complete(List.of(hits));
            } else {
                result.completeExceptionally(failure instanceof CompletionException ? failure.getCause() : failure);
            }
        });
    }

    private CompletableFuture<PartHits> ask(PartQuery query) {
        try {
            return together.ask(query);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    private void answer(List<Together.Asked<PartQuery, PartHits>> asked) throws IOException {
        var groups = new LinkedHashMap<Part, List<Together.Asked<PartQuery, PartHits>>>();
        for (Together.Asked<PartQuery, PartHits> each : asked) {
            groups.computeIfAbsent(part(each.question()), part -> new ArrayList<>())
                    .add(each);
        }
        for (Map.Entry<Part, List<Together.Asked<PartQuery, PartHits>>> group : groups.entrySet()) {
            List<PartHits> hits = search(
                    group.getKey(),
                    group.getValue().stream().map(Together.Asked::question).toList());
            for (int i = 0; i < hits.size(); i++) {
                group.getValue().get(i).answer().complete(hits.get(i));
            }
        }
    }

    private List<PartHits> search(Part part, List<PartQuery> queries) throws IOException {
        Opened opened = parts.opened(part);
        for (int failures = 0; ; failures++) {
            QueryVectors vectors = null;
            try {
                if (opened == null) {
                    opened = parts.reopen(part);
                }
                vectors = vectors(opened, queries);
                return search(opened, queries, vectors);
            } catch (IOException | RuntimeException e) {
                // A query that cannot be searched for stays so.
                boolean isOfQuery = opened != null && vectors == null;
                if (isOfQuery || failures == settings.retries()) {
                    throw e;
                }
                LOG.warn("Cannot search {}; it is opened anew", settings.access(), e);
                opened = null;
                OpenParts.pause(failures + 1);
            }
        }
    }

    private static QueryVectors vectors(Opened opened, List<PartQuery> queries) {
        QueryVectors.Builder vectors =
                QueryVectors.builder(opened.shards().snapshot().parameters(), "query");
        for (PartQuery query : queries) {
            vectors.add(Long.toString(query.number), VectorSource.of(query.vector));
        }
        return vectors.build();
    }

    private List<PartHits> search(Opened opened, List<PartQuery> queries, QueryVectors vectors) throws IOException {
        List<TopK> found =
                opened.shards().search(vectors, settings.access().options().topK());
        var hits = new ArrayList<PartHits>(found.size());
        for (int i = 0; i < found.size(); i++) {
            hits.add(hits(queries.get(i), found.get(i), opened.whole()));
        }
        if (kind == HitKind.KEYS) {
            addKeys(opened.shards(), found, hits);
        } else if (kind == HitKind.ROWS) {
            addRows(opened.shards(), found, hits);
        }
        return hits;
    }

    private static void addKeys(SearchedSnapshot shards, List<TopK> found, List<PartHits> hits) throws IOException {
        String column = shards.snapshot().schema().idColumn();
        var shape = new RowShape(
                List.of(new ShownColumn(ShownColumn.Kind.ID, column, new VarCharType(VarCharType.MAX_LENGTH))));
        Iterator<List<RowData>> rows =
                shards.rows(found, shape, new RowMaker(shape)).iterator();
        for (PartHits each : hits) {
            each.keys =
                    rows.next().stream().map(row -> row.getString(0).toString()).toArray(String[]::new);
        }
    }

    private void addRows(SearchedSnapshot shards, List<TopK> found, List<PartHits> hits) throws IOException {
        rows.shape().check(shards.snapshot());
        StoredRow[] stored = shards.stored(found, rows.shape());
        int next = 0;
        for (PartHits each : hits) {
            each.rows = new Row[each.ids.length];
            for (int rank = 0; rank < each.rows.length; rank++) {
                each.rows[rank] = rows.row(each.ids[rank], stored[next++]);
            }
        }
    }

    private static PartHits hits(PartQuery query, TopK found, boolean whole) {
        var hits = new PartHits();
        hits.run = query.run;
        hits.number = query.number;
        hits.parts = query.parts;
        hits.whole = whole;
        hits.ids = found.ids();
        hits.scores = found.scores();
        return hits;
    }

    @Override
    public void close() {
        if (together != null) {
            together.close();
        }
        if (parts != null) {
            parts.close();
        }
    }
}
