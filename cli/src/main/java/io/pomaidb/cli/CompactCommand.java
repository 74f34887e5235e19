package io.pomaidb.cli;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.config.ShardBy;
import io.pomaidb.index.CommitConflictException;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Rewrites segments into fewer, cleaner ones, on this machine alone. */
@Command(
        name = "compact",
        description = "Rewrites small segments and those with many dead rows; readers and writers go on meanwhile.",
        mixinStandardHelpOptions = true)
final class CompactCommand extends IndexCommand {
    @Option(
            names = "--full",
            description = "rewrite all that more than one segment of a shard holds, and every dead row")
    private boolean full;

    @Option(
            names = "--small",
            paramLabel = "BYTES",
            description = "segments below this size are small (default: ${DEFAULT-VALUE})")
    private long smallBytes = CompactionPolicy.DEFAULT.smallBytes();

    @Option(
            names = "--least",
            paramLabel = "N",
            description = "so many segments of one size in a shard are worth a rewrite (default: ${DEFAULT-VALUE})")
    private int leastSegments = CompactionPolicy.DEFAULT.leastSegments();

    @Option(
            names = "--dead",
            paramLabel = "SHARE",
            description = "the share of dead rows from which on a segment is rewritten (default: ${DEFAULT-VALUE})")
    private double deadShare = CompactionPolicy.DEFAULT.deadShare();

    @Option(names = "--shards", paramLabel = "N", description = "spread all rows over another number of shards")
    private Integer shards;

    @Option(
            names = "--shard-by",
            paramLabel = "HOW",
            description = "with --shards: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private ShardBy shardBy = ShardBy.HASH;

    @Option(
            names = "--scratch",
            paramLabel = "FOLDER",
            description = "where new segments are built (default: the JVM's temporary folder)")
    private Path scratch = Path.of(System.getProperty("java.io.tmpdir"));

    @Mixin
    private CacheOption cache;

    @Override
    ExitStatus run(PomaiIndex index) throws IOException {
        var given = new HashMap<String, String>();
        cache.addTo(given);
        CompactionPlan plan = plan(index, PomaiOptions.parse(given));
        Path folder = Files.createTempDirectory(scratch, "pomaidb-compact");
        try {
            answer(new CommitAnswer(run(plan, folder)));
        } catch (CommitConflictException e) {
            plan.abort();
            throw e;
        } finally {
            LocalDirectories.delete(folder);
        }
        return ExitStatus.DONE;
    }

    private CompactionPlan plan(PomaiIndex index, PomaiOptions options) throws IOException {
        if (shards != null) {
            return shardBy == ShardBy.CLUSTER
                    ? CompactionPlan.toClusters(index, options, shards)
                    : CompactionPlan.toShards(index, options, shards);
        }
        CompactionPolicy policy =
                full ? CompactionPolicy.FULL : new CompactionPolicy(smallBytes, leastSegments, deadShare);
        return CompactionPlan.of(index, options, policy);
    }

    private Snapshot run(CompactionPlan plan, Path folder) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        try (ProgressBar progress = ProgressBar.of("compacting")) {
            return plan.run(configuration(), folder, cores, (task, done, all) -> progress.show(done, all));
        }
    }
}
