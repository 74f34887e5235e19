package io.pomaidb.flink.vectorsearch;

import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.Sql;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.write.WriteMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Queries per second of {@code VECTOR_SEARCH} in one task, synchronous with one row in flight and asynchronous, side by side.
 * bin/benchmark-vector-search runs it; the build does not.
 */
class VectorSearchSpeed {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    /** With four shards enough for a graph in each: near the threshold some have one and some are scanned. */
    private static final int ROWS = Integer.getInteger("rows", 40_000);

    private static final int QUERIES = Integer.getInteger("queries", 100_000);

    /** Of those that are asked one by one; a job of all of them would take long. */
    private static final int FEWER = QUERIES / 20;

    /** Jobs before the first round: the compiler is busy for seconds. */
    private static final int WARM_UP = 4;

    /** A job that does not count has one in so many of the queries. */
    private static final int PART = 4;

    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final int SHARDS = Integer.getInteger("shards", 4);
    private static final int DIM = 128;
    private static final int CLUSTERS = 100;

    @TempDir
    private Path folder;

    private Sql sql;

    @Test
    void measure() throws Exception {
        var lines = new ArrayList<String>();
        lines.add("%,d rows in %d shards, %d queries".formatted(ROWS, SHARDS, QUERIES));
        lines.add("");
        lines.add("| columns | native threads | sync, queries/s | async, queries/s | ratio |");
        lines.add("| --- | --- | --- | --- | --- |");
        write(List.of());
        lines.add(line("id and vector", 1));
        lines.add(line("id and vector", 2));
        write(List.of("name"));
        lines.add(line("and a text", 1));
        lines.add(line("and a text", 2));
        Files.write(Path.of("target", "vector-search-speed.md"), lines);
    }

    private String line(String what, int threads) throws Exception {
        String sync = "MAP['async', 'false', 'search_threads', '%d']".formatted(threads);
        String async = ("MAP['async', 'true', 'search_threads', '%d', 'max-concurrent-operations', '2048',"
                        + " 'output-mode', 'ALLOW_UNORDERED', 'search.batch-size', '1024']")
                .formatted(threads);
        long[] syncs = new long[ROUNDS];
        long[] asyncs = new long[ROUNDS];
        run(FEWER / PART, sync);
        for (int job = 0; job < WARM_UP; job++) {
            run(QUERIES, async);
        }
        for (int round = 0; round < ROUNDS; round++) {
            syncs[round] = perSecond(FEWER, sync);
            asyncs[round] = perSecond(QUERIES, async);
        }
        Arrays.sort(syncs);
        Arrays.sort(asyncs);
        long syncMedian = syncs[ROUNDS / 2];
        long asyncMedian = asyncs[ROUNDS / 2];
        return "| %s | %d | %d | %d | %.1f |"
                .formatted(what, threads, syncMedian, asyncMedian, asyncMedian / (double) syncMedian);
    }

    /** By two runs, so that what a job needs to start does not count. */
    private long perSecond(int queries, String options) throws Exception {
        long start = run(queries / PART, options);
        long all = run(queries, options);
        return Math.round((queries - queries / PART) * 1e9 / Math.max(1, all - start));
    }

    private long run(int queries, String options) throws Exception {
        long start = System.nanoTime();
        sql.run(
                "INSERT INTO nowhere SELECT qid, id, score FROM q%s,"
                        + " LATERAL TABLE(VECTOR_SEARCH(TABLE v, DESCRIPTOR(embedding), vec, 10, %s))",
                queries, options);
        return System.nanoTime() - start;
    }

    private void write(List<String> payload) throws Exception {
        var fields = new ArrayList<DataTypes.Field>();
        fields.add(DataTypes.FIELD("id", DataTypes.BIGINT()));
        fields.add(DataTypes.FIELD("embedding", DataTypes.ARRAY(DataTypes.FLOAT())));
        payload.forEach(column -> fields.add(DataTypes.FIELD(column, DataTypes.STRING())));
        Path at = folder.resolve("columns-" + fields.size());
        var index = new SqlIndex(at, (RowType)
                DataTypes.ROW(fields.toArray(DataTypes.Field[]::new)).getLogicalType());
        List<GenericRowData> rows = rows(payload);
        index.write(WriteMode.CREATE, rows, "shards", Integer.toString(SHARDS), "metric", "l2");
        sql = Sql.batch();
        sql.session().getConfig().set("parallelism.default", "1");
        sql.run("CREATE TABLE nowhere (qid BIGINT, id BIGINT, score DOUBLE) WITH ('connector' = 'blackhole')");
        sql.run(
                """
                CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>%s)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s')
                """,
                payload.isEmpty() ? "" : ", name STRING", index.path(), index.cache());
        for (int count : new int[] {FEWER / PART, FEWER, QUERIES / PART, QUERIES}) {
            queries(at, count, rows);
        }
    }

    private void queries(Path at, int count, List<GenericRowData> rows) throws Exception {
        var type = (RowType) DataTypes.ROW(
                        DataTypes.FIELD("qid", DataTypes.BIGINT()),
                        DataTypes.FIELD("vec", DataTypes.ARRAY(DataTypes.FLOAT())))
                .getLogicalType();
        var index = new SqlIndex(at.resolve("q" + count), type);
        var asked = new ArrayList<GenericRowData>(count);
        for (int i = 0; i < count; i++) {
            asked.add(GenericRowData.of((long) i, rows.get(i % rows.size()).getField(1)));
        }
        index.write(WriteMode.CREATE, asked, "shards", "1");
        sql.run(
                """
                CREATE TABLE q%s (qid BIGINT, vec ARRAY<FLOAT>)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'id_column' = 'qid', 'vector_column' = 'vec',
                  'cache_dir' = '%s')
                """,
                count, index.path(), index.cache());
    }

    /** Rows around some centres. */
    private static List<GenericRowData> rows(List<String> payload) {
        var random = new Random(42);
        var centres = new float[CLUSTERS][DIM];
        for (float[] centre : centres) {
            for (int i = 0; i < DIM; i++) {
                centre[i] = random.nextFloat() * 10;
            }
        }
        var rows = new ArrayList<GenericRowData>(ROWS);
        for (long id = 0; id < ROWS; id++) {
            float[] centre = centres[random.nextInt(CLUSTERS)];
            var vector = new float[DIM];
            for (int i = 0; i < DIM; i++) {
                vector[i] = centre[i] + (float) random.nextGaussian();
            }
            var row = new GenericRowData(2 + payload.size());
            row.setField(0, id);
            row.setField(1, new GenericArrayData(vector));
            if (!payload.isEmpty()) {
                row.setField(2, StringData.fromString("the text of row " + id));
            }
            rows.add(row);
        }
        return rows;
    }
}
