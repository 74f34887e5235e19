package io.pomaidb.examples;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.IdType;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.QueryVectors;
import io.pomaidb.search.ShardSearcher;
import io.pomaidb.search.SnapshotView;
import io.pomaidb.vector.VectorSource;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.ShardWriter;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What many segments cost a search: the same rows, written by many commits, searched before and after a compaction, by
 * one thread whose processor time counts. Run by {@code bin/benchmark-table}.
 */
@Command(
        name = "bin/benchmark-table",
        mixinStandardHelpOptions = true,
        description = "Searches an index of many segments a shard before and after it is compacted.")
public final class TableBenchmark implements Callable<Integer> {

    @Option(names = "--rows", defaultValue = "100000", description = "vectors to write (default: ${DEFAULT-VALUE})")
    private int rows;

    @Option(names = "--shards", defaultValue = "4", description = "shards of the index (default: ${DEFAULT-VALUE})")
    private int shards;

    @Option(
            names = "--segments",
            defaultValue = "100",
            description = "commits, each a segment in every shard (default: ${DEFAULT-VALUE})")
    private int segments;

    @Option(
            names = "--first",
            defaultValue = "0",
            description = "percentage of the rows that the first commit writes; 0: as many as the others")
    private int first;

    @Option(names = "--queries", defaultValue = "1000", description = "queries of a batch (default: ${DEFAULT-VALUE})")
    private int queries;

    @Option(names = "--top-k", defaultValue = "10", description = "hits of a query (default: ${DEFAULT-VALUE})")
    private int k;

    @Option(names = "--rounds", defaultValue = "5", description = "rounds of each side (default: ${DEFAULT-VALUE})")
    private int rounds;

    /** Runs the benchmark; system property {@code pomaidb.home} names the folder of the project. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new TableBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        var vectors = BenchmarkVectors.of(rows, Path.of(System.getProperty("pomaidb.home", ".")));
        Path scratch = Files.createTempDirectory("pomaidb-benchmark-");
        try {
            run(vectors, scratch);
        } finally {
            LocalDirectories.delete(scratch);
        }
        return 0;
    }

    private void run(BenchmarkVectors vectors, Path scratch) throws IOException {
        var configuration = new Configuration();
        var index = PomaiIndex.at(
                new org.apache.hadoop.fs.Path(scratch.resolve("index").toUri()), configuration);
        PomaiOptions options = PomaiOptions.parse(Map.of(
                "metric",
                "l2",
                "shards",
                Integer.toString(shards),
                "search_threads",
                "1",
                "cache_dir",
                scratch.resolve("cache").toString()));
        write(index, options, configuration, vectors, scratch);
        Speeds many = search(index, options, vectors);
        Snapshot compacted = CompactionPlan.of(index, options, CompactionPolicy.FULL)
                .run(configuration, scratch, 2, CompactionPlan.Progress.NONE);
        Speeds one = search(index, options, vectors);
        System.out.printf(
                Locale.ROOT,
                "%s, %,d x %d, %d shards, %d segments a shard, then %d in all; %d queries, k %d, medians of %d rounds:%n"
                        + "                      first batch    first query      one batch     one by one   (queries/s of"
                        + " processor time)%n",
                vectors.name(),
                rows,
                BenchmarkVectors.DIM,
                shards,
                segments,
                compacted.segments().size(),
                queries,
                k,
                rounds);
        print("before compaction", many);
        print("after compaction", one);
        System.out.printf(
                Locale.ROOT,
                "times slower      %15.2f%15.2f%15.2f%15.2f%n%,d searches before compaction until segments were merged%n",
                one.firstBatch() / many.firstBatch(),
                one.firstQuery() / many.firstQuery(),
                one.batch() / many.batch(),
                one.single() / many.single(),
                many.warmUp());
    }

    private static void print(String name, Speeds speeds) {
        System.out.printf(
                Locale.ROOT,
                "%-18s%,15.0f%,15.0f%,15.0f%,15.0f%n",
                name,
                speeds.firstBatch(),
                speeds.firstQuery(),
                speeds.batch(),
                speeds.single());
    }

    /**
     * Queries a second of processor time.
     *
     * @param firstQuery the first query of all, on an empty cache, the opening of the segments included
     * @param firstBatch the batch after that
     * @param warmUp queries that were searched before the rest was measured
     * @param batch whole batches
     * @param single one query after the other
     */
    private record Speeds(double firstQuery, double firstBatch, long warmUp, double batch, double single) {}

    private void write(
            PomaiIndex index, PomaiOptions options, Configuration configuration, BenchmarkVectors vectors, Path scratch)
            throws IOException {
        int from = 0;
        for (int commit = 0; commit < segments; commit++) {
            int share = first == 0 ? rows / segments : (rows - rows / 100 * first) / (segments - 1);
            int to = commit == 0 && first > 0 ? rows / 100 * first : from + share;
            to = commit == segments - 1 ? rows : to;
            IndexWrite write = IndexWrite.plan(index, options, WriteMode.APPEND, IdType.LONG);
            try (ShardWriter writer = write.newWriter(configuration, scratch, 2)) {
                for (int row = from; row < to; row++) {
                    writer.write(row, VectorSource.of(vectors.row(row)));
                }
                write.commit(configuration, writer.finish(), Optional.empty());
            }
            from = to;
        }
    }

    /** Rows themselves serve as queries. */
    private Speeds search(PomaiIndex index, PomaiOptions options, BenchmarkVectors vectors) throws IOException {
        Snapshot snapshot = index.latestExisting();
        QueryVectors.Builder builder = QueryVectors.builder(snapshot.parameters(), "query_vector");
        for (int q = 0; q < queries; q++) {
            builder.add("q" + q, VectorSource.of(vectors.row((int) ((long) q * rows / queries))));
        }
        QueryVectors batch = builder.build();
        SnapshotView view = SnapshotView.of(index, snapshot, options, 1);
        var searchers = new ShardSearcher[shards];
        long begin = processorNanos();
        for (int shard = 0; shard < shards; shard++) {
            searchers[shard] = view.searcher(shard);
        }
        long opened = processorNanos() - begin;
        double firstQuery = 1e9 / (opened + nanos(searchers, batch, 0, 1));
        double firstBatch = queries * 1e9 / nanos(searchers, batch, 0, queries);
        long warmUp = queries + 1L;
        // Until the segments are merged that are worth it, and a round more for Java's compiler.
        for (boolean merging = true; merging; warmUp += queries) {
            merging = Arrays.stream(searchers).anyMatch(ShardSearcher::mayMerge);
            nanos(searchers, batch, 0, queries);
        }
        var together = new double[rounds];
        var single = new double[rounds];
        int some = Math.min(queries, 200);
        for (int round = 0; round < rounds; round++) {
            together[round] = queries * 1e9 / nanos(searchers, batch, 0, queries);
            long alone = 0;
            for (int q = 0; q < some; q++) {
                alone += nanos(searchers, batch, q, q + 1);
            }
            single[round] = some * 1e9 / alone;
        }
        for (ShardSearcher searcher : searchers) {
            searcher.close();
        }
        Arrays.sort(together);
        Arrays.sort(single);
        return new Speeds(firstQuery, firstBatch, warmUp, together[rounds / 2], single[rounds / 2]);
    }

    private long nanos(ShardSearcher[] searchers, QueryVectors batch, int from, int to) {
        long begin = processorNanos();
        for (ShardSearcher searcher : searchers) {
            searcher.search(batch, from, to, k);
        }
        return processorNanos() - begin;
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
