package io.pomaidb.cli;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.search.Probes;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.search.TopK;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A search of all shards, one after the other, and then of the payload of what was found. */
final class ShardedSearch {
    private final SnapshotView view;
    private final PomaiOptions options;
    private final List<TopK> found;

    /** Where each row that was ever among the best was found. */
    private final Map<Long, Integer> shards = new HashMap<>();

    /** A search that has not begun. */
    ShardedSearch(SnapshotView view, QueryVectors queries, PomaiOptions options) {
        this.view = view;
        this.options = options;
        this.found = new ArrayList<>(Collections.nCopies(queries.size(), TopK.EMPTY));
    }

    /** The hits of each query. */
    List<TopK> run(SnapshotView shown, QueryVectors queries) throws IOException {
        Probes probes = Probes.of(shown.index(), shown.snapshot(), queries, options);
        int count = shown.snapshot().shards();
        try (ProgressBar progress = ProgressBar.of("searching")) {
            for (int shard = 0; shard < count; shard++) {
                int[] visitors = probes.queriesOf(shard);
                if (visitors.length > 0) {
                    search(shown, queries, shard, visitors);
                }
                progress.show(shard + 1L, count);
            }
        }
        return found;
    }

    private void search(SnapshotView shown, QueryVectors queries, int shard, int[] visitors) throws IOException {
        try (var searcher = shown.searcher(shard)) {
            List<TopK> hits = searcher.search(queries, visitors, options.topK());
            for (int i = 0; i < visitors.length; i++) {
                TopK some = hits.get(i);
                for (int rank = 0; rank < some.size(); rank++) {
                    shards.put(some.id(rank), shard);
                }
                found.set(visitors[i], TopK.merge(found.get(visitors[i]), some, options.topK()));
            }
        }
    }

    /** The payload of all hits, by id. */
    Map<Long, PayloadRow> payload(List<String> columns) throws IOException {
        var ids = new HashMap<Integer, List<Long>>();
        for (TopK hits : found) {
            for (int rank = 0; rank < hits.size(); rank++) {
                ids.computeIfAbsent(shards.get(hits.id(rank)), first -> new ArrayList<>())
                        .add(hits.id(rank));
            }
        }
        var rows = new HashMap<Long, PayloadRow>();
        for (Map.Entry<Integer, List<Long>> shard : ids.entrySet()) {
            try (var searcher = view.searcher(shard.getKey())) {
                long[] wanted =
                        shard.getValue().stream().mapToLong(Long::longValue).toArray();
                List<PayloadRow> payload = searcher.payload(wanted, columns);
                for (int i = 0; i < wanted.length; i++) {
                    rows.put(wanted[i], payload.get(i));
                }
            }
        }
        return rows;
    }
}
