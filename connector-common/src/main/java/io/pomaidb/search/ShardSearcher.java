package io.pomaidb.search;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.engine.PomaiDatabase;
import io.pomaidb.engine.PomaiException;
import io.pomaidb.engine.QueryBatch;
import io.pomaidb.engine.SearchCounters;
import io.pomaidb.engine.SearchHits;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.CacheUse;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.vector.UnitLength;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches one shard of a snapshot: every segment is asked for its best hits that the filter lets through, hits whose id
 * has a newer row in a newer segment are dropped, and where too many were dropped the segments are asked again for more.
 * It works with any engine library, because it needs nothing but search and exists, and is faster with the extensions of
 * the bundled one. Made by {@link SnapshotView#searcher}. For one thread; holds the segments open until {@link #close}.
 */
public final class ShardSearcher implements AutoCloseable {
    private static final int MAX_QUERIES = 4096;
    private static final long MAX_HITS = 4 << 20;
    private static final int DEEPER = 4;

    /** Queries between two looks at whether segments are to be merged. */
    private static final int MERGE_QUERIES = 256;

    private static final Logger LOG = LoggerFactory.getLogger(ShardSearcher.class);

    private final SnapshotView view;
    private OpenShard shard;

    /** Whether segments are worth merging by now. */
    private boolean mergeDue;

    /** Null until payload is asked for. */
    private PayloadRows payload;

    /** Of shards that were opened before this one, less merged. */
    private CacheUse usedBefore = CacheUse.NONE;

    private SearchCounters counters = new SearchCounters(0, 0, 0);

    /** Takes over {@code shard}. */
    ShardSearcher(SnapshotView view, OpenShard shard) {
        this.view = view;
        this.shard = shard;
    }

    /**
     * The best {@code k} rows of the shard for each query that the filter lets through, or all where there are fewer. Scores
     * are the inner product, minus the squared distance, or the cosine from -1 to 1.
     *
     * @param from first query
     * @param to the one behind the last query
     * @return the hits of query {@code from + i} at {@code i}
     * @throws ConfigurationException if {@code k} is below 1
     * @throws PomaiException if the engine fails
     */
    public List<TopK> search(QueryVectors queries, int from, int to, int k) {
        var wanted = new int[to - from];
        Arrays.setAll(wanted, i -> from + i);
        return search(queries, wanted, k);
    }

    /**
     * As {@link #search(QueryVectors, int, int, int)}, for some of the queries, as {@link Probes} tells which visit the
     * shard.
     *
     * @param wanted numbers of queries, none twice
     * @return the hits of query {@code wanted[i]} at {@code i}
     */
    public List<TopK> search(QueryVectors queries, int[] wanted, int k) {
        if (k < 1) {
            throw new ConfigurationException("Cannot search index: option " + PomaiOption.TOP_K.optionName() + " is "
                    + k + " (accepted: 1 or more)");
        }
        var found = new TopK[queries.size()];
        Arrays.fill(found, TopK.EMPTY);
        for (int from = 0; from < wanted.length && shard.size() > 0; ) {
            int to = shard.isToBeMerged() ? Math.min(wanted.length, from + MERGE_QUERIES) : wanted.length;
            var depths = new int[shard.size()];
            Arrays.setAll(
                    depths, segment -> (int) Math.min(k, shard.segment(segment).candidates()));
            try {
                int[] some = Arrays.copyOfRange(wanted, from, to);
                search(queries, some, depths, k, (query, hits) -> found[query] = hits);
            } catch (PomaiException e) {
                shard.invalidate();
                throw e;
            }
            from = to;
            if (mergeDue) {
                merge();
            }
        }
        return Arrays.stream(wanted).mapToObj(query -> found[query]).toList();
    }

    /** Gives the segments back and opens them merged. If that fails, searches go on with what is open. */
    private void merge() {
        mergeDue = false;
        try {
            OpenShard merged = shard.again();
            closePayload();
            shard.close();
            usedBefore = cacheUse();
            shard = merged;
        } catch (IOException e) {
            LOG.warn("Cannot open merged segments of index {}", view.index().path(), e);
        }
    }

    /** Whether some segments are to be merged once they have been searched for long enough; later searches are faster. */
    public boolean mayMerge() {
        return shard.isToBeMerged();
    }

    /** Number of databases that a search asks: segments, and what some were merged into. */
    int databases() {
        return shard.size();
    }

    /**
     * The payload of rows that a search found. Of each segment the pages are read that hold the rows, and of files that
     * were not asked before the end.
     *
     * @param ids of hits of this searcher, in any order
     * @param columns names of the columns, in the order in which the rows are to have them; the id column is one where ids
     *     are strings
     * @return the row of each id; null where the shard has none
     * @throws ConfigurationException if the index has no column of a name
     * @throws io.pomaidb.error.DataException if a payload file is missing or damaged; it names the file
     */
    public List<PayloadRow> payload(long[] ids, List<String> columns) throws IOException {
        List<PayloadColumn> wanted = view.columns(columns);
        if (payload == null || !payload.columns().equals(wanted)) {
            closePayload();
            payload = new PayloadRows(view, shard, wanted);
        }
        return payload.rows(ids);
    }

    /**
     * The rows of some ids as the filter shows them: of each the newest, and none where that is deleted or hidden.
     *
     * @param ids in any order
     * @param columns as {@link #payload} has them
     * @param vectors whether vectors are wanted
     * @return the row of each id; null where the shard shows none
     * @throws ConfigurationException if the index has no column of a name
     * @throws io.pomaidb.error.DataException if a payload file is missing or damaged; it names the file
     */
    public List<StoredRow> rows(long[] ids, List<String> columns, boolean vectors) throws IOException {
        int[] newest = shard.newest(ids);
        var shown = new int[ids.length];
        int count = 0;
        for (int i = 0; i < ids.length; i++) {
            if (newest[i] >= 0 && shard.segment(newest[i]).shows(ids[i])) {
                shown[count++] = i;
            }
        }
        var rows = new StoredRow[ids.length];
        var wanted = new long[count];
        for (int i = 0; i < count; i++) {
            wanted[i] = ids[shown[i]];
        }
        float[][] found = vectors ? vectors(wanted, shown, newest) : new float[count][];
        List<PayloadRow> values = columns.isEmpty() ? null : payload(wanted, columns);
        var nothing = new PayloadRow(0);
        for (int i = 0; i < count; i++) {
            OpenSegment segment = shard.segment(newest[shown[i]]);
            rows[shown[i]] =
                    new StoredRow(segment.segmentOf(wanted[i]), found[i], values == null ? nothing : values.get(i));
        }
        return Arrays.asList(rows);
    }

    /** The vectors of ids, of which {@code newest[places[i]]} says which segment has {@code ids[i]}. */
    private float[][] vectors(long[] ids, int[] places, int[] newest) {
        var vectors = new float[ids.length][];
        var asked = new int[ids.length];
        for (int segment = 0; segment < shard.size(); segment++) {
            int count = 0;
            for (int i = 0; i < ids.length; i++) {
                if (newest[places[i]] == segment) {
                    asked[count++] = i;
                }
            }
            if (count > 0) {
                var of = new long[count];
                Arrays.setAll(of, i -> ids[asked[i]]);
                float[][] got = vectors(shard.segment(segment).database(), of);
                for (int i = 0; i < count; i++) {
                    vectors[asked[i]] = got[i];
                }
            }
        }
        return vectors;
    }

    private float[][] vectors(PomaiDatabase database, long[] ids) {
        if (!view.snapshot().metric().normalizes()) {
            return database.get(ids);
        }
        var scales = new double[ids.length];
        float[][] vectors = database.get(ids, scales);
        for (int i = 0; i < ids.length; i++) {
            if (vectors[i] != null) {
                UnitLength.restore(vectors[i], scales[i]);
            }
        }
        return vectors;
    }

    private void closePayload() {
        PayloadRows closing = payload;
        payload = null;
        if (closing != null) {
            closing.close();
        }
    }

    /** Takes the hits of a query that is complete. */
    private interface Found {
        void accept(int query, TopK hits);
    }

    /** Searches in pieces of bounded memory; {@code depths} is how many hits each segment is asked for. */
    private void search(QueryVectors vectors, int[] queries, int[] depths, int k, Found found) {
        long deep = 1;
        for (int depth : depths) {
            deep += depth;
        }
        int piece = (int) Math.max(1, Math.min(MAX_QUERIES, MAX_HITS / deep));
        for (int start = 0; start < queries.length; start += piece) {
            int end = Math.min(queries.length, start + piece);
            searchPiece(vectors, Arrays.copyOfRange(queries, start, end), depths, k, found);
        }
    }

    /** Searches together, and again deeper for the queries that too many hits were dropped from. */
    private void searchPiece(QueryVectors vectors, int[] queries, int[] depths, int k, Found found) {
        var hits = hits(vectors, queries, depths);
        long begin = System.nanoTime();
        var merge = new SegmentMerge(shard, view.snapshot().metric(), hits, queries.length, depths, k);
        TopK[] merged = merge.merge(queries.length);
        long share = (System.nanoTime() - begin) / shard.size();
        for (int segment = 0; segment < shard.size(); segment++) {
            mergeDue |= shard.segment(segment).spend(share);
        }
        var incomplete = new int[queries.length];
        int count = 0;
        for (int i = 0; i < queries.length; i++) {
            if (merged[i] == null) {
                incomplete[count++] = queries[i];
            } else {
                found.accept(queries[i], merged[i]);
            }
        }
        if (count > 0) {
            var deeper = new int[shard.size()];
            Arrays.setAll(deeper, segment -> {
                long depth = depths[segment] * (merge.ranDry(segment) ? (long) DEEPER : 1);
                return (int) Math.min(depth, shard.segment(segment).candidates());
            });
            search(vectors, Arrays.copyOf(incomplete, count), deeper, k, found);
        }
    }

    private List<SearchHits> hits(QueryVectors vectors, int[] queries, int[] depths) {
        var rows = FloatBuffer.allocate(Math.multiplyExact(queries.length, vectors.dim()));
        for (int query : queries) {
            vectors.copy(query, rows);
        }
        var hits = new ArrayList<SearchHits>(shard.size());
        try (var batch = new QueryBatch(vectors.dim(), rows.flip())) {
            for (int segment = 0; segment < shard.size(); segment++) {
                long begin = System.nanoTime();
                SearchHits found = depths[segment] == 0
                        ? SearchHits.none(queries.length)
                        : shard.segment(segment).search(batch, depths[segment]);
                hits.add(found);
                mergeDue |= shard.segment(segment).spend(System.nanoTime() - begin);
                found.counters().ifPresent(this::count);
            }
        }
        return hits;
    }

    private void count(SearchCounters added) {
        counters = new SearchCounters(
                counters.segments() + added.segments(),
                counters.distances() + added.distances(),
                counters.rowsScanned() + added.rowsScanned());
    }

    /** What the engine did for all searches so far: a segment counts as often as it was searched. Zeros with a library
     * that does not count. */
    public SearchCounters counters() {
        return counters;
    }

    /** What opening the shard asked of the segment cache; what was opened anew, as it was merged by then, counts again. */
    public CacheUse cacheUse() {
        return usedBefore.plus(shard.cacheUse());
    }

    /** Gives the segments back to the cache, opened. A second call does nothing. */
    @Override
    public void close() {
        try {
            closePayload();
        } finally {
            shard.close();
        }
    }
}
