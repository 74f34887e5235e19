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
        double[] many = search(index, options, vectors);
        Snapshot compacted = CompactionPlan.of(index, options, CompactionPolicy.FULL)
                .run(configuration, scratch, 2, CompactionPlan.Progress.NONE);
        double[] one = search(index, options, vectors);
        System.out.printf(
                Locale.ROOT,
                "%s, %,d x %d, %d shards, %d segments a shard, then %d in all; %d queries, k %d, medians of %d rounds:%n"
                        + "                       one batch       one by one   (queries/s of processor time)%n"
                        + "before compaction   %,12.0f     %,12.0f%n"
                        + "after compaction    %,12.0f     %,12.0f%n"
                        + "times slower        %12.2f     %12.2f%n",
                vectors.name(),
                rows,
                BenchmarkVectors.DIM,
                shards,
                segments,
                compacted.segments().size(),
                queries,
                k,
                rounds,
                many[0],
                many[1],
                one[0],
                one[1],
                one[0] / many[0],
                one[1] / many[1]);
    }

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

    /** Queries a second, of a whole batch and of one query after the other; rows themselves serve as queries. */
    private double[] search(PomaiIndex index, PomaiOptions options, BenchmarkVectors vectors) throws IOException {
        Snapshot snapshot = index.latestExisting();
        QueryVectors.Builder builder = QueryVectors.builder(snapshot.parameters(), "query_vector");
        for (int q = 0; q < queries; q++) {
            builder.add("q" + q, VectorSource.of(vectors.row((int) ((long) q * rows / queries))));
        }
        QueryVectors batch = builder.build();
        SnapshotView view = SnapshotView.of(index, snapshot, options, 1);
        var searchers = new ShardSearcher[shards];
        for (int shard = 0; shard < shards; shard++) {
            searchers[shard] = view.searcher(shard);
        }
        var together = new double[rounds];
        var single = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            long begin = processorNanos();
            for (ShardSearcher searcher : searchers) {
                searcher.search(batch, 0, queries, k);
            }
            long middle = processorNanos();
            int some = Math.min(queries, 200);
            for (int q = 0; q < some; q++) {
                for (ShardSearcher searcher : searchers) {
                    searcher.search(batch, q, q + 1, k);
                }
            }
            if (round >= 0) {
                together[round] = queries * 1e9 / (middle - begin);
                single[round] = some * 1e9 / (processorNanos() - middle);
            }
        }
        for (ShardSearcher searcher : searchers) {
            searcher.close();
        }
        Arrays.sort(together);
        Arrays.sort(single);
        return new double[] {together[rounds / 2], single[rounds / 2]};
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
