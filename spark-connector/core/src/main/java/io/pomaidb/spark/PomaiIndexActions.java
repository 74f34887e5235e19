package io.pomaidb.spark;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.LocalDirectories;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.SnapshotInfo;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.index.VacuumReport;
import io.pomaidb.spark.action.CompactionJob;
import io.pomaidb.spark.session.JobDescription;
import io.pomaidb.spark.session.LocalScratch;
import io.pomaidb.verify.IndexVerifier;
import io.pomaidb.verify.VerifyReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Maintenance of an index from Spark. Every action sees the index as it is when it is called, and any number of them may
 * run beside writes and searches. Immutable and safe for any number of threads.
 */
public final class PomaiIndexActions {
    private final SparkSession spark;
    private final Map<String, String> options;

    private PomaiIndexActions(SparkSession spark, Map<String, String> options) {
        this.spark = spark;
        this.options = Map.copyOf(options);
    }

    /** Actions on the index at {@code path}. */
    public static PomaiIndexActions on(SparkSession spark, String path) {
        return new PomaiIndexActions(spark, Map.of(PomaiOption.PATH.optionName(), path));
    }

    /** The same with an option, of which those of the cache, {@code search_threads} and {@code memory_budget_bytes} count. */
    public PomaiIndexActions option(String name, String value) {
        var more = new HashMap<>(options);
        more.keySet().removeIf(name::equalsIgnoreCase);
        more.put(name, value);
        return new PomaiIndexActions(spark, more);
    }

    /** Work on an index that may fail with its file system. */
    @FunctionalInterface
    private interface Work<T> {
        T run(PomaiIndex index, PomaiOptions options) throws IOException;
    }

    private <T> T run(String what, Work<T> work) {
        var parsed = PomaiOptions.parse(options);
        var index = IndexLocation.of(spark, parsed.path()).index();
        try {
            return JobDescription.during(
                    spark, "pomaidb: " + what + " index " + index.path(), () -> work.run(index, parsed));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot " + what + " index " + index.path(), e);
        }
    }

    /**
     * Rewrites small and half-dead segments, with a task of Spark's a shard, in one commit. If it fails, the index is as
     * before.
     *
     * @return the snapshot afterwards
     * @throws io.pomaidb.error.ConfigurationException if there is no index
     */
    public Snapshot compact(CompactionPolicy policy) {
        return run("compact", (index, parsed) -> CompactionJob.run(spark, CompactionPlan.of(index, parsed, policy)));
    }

    /** As {@link #compact(CompactionPolicy)}, of what is worth it by default. */
    public Snapshot compact() {
        return compact(CompactionPolicy.DEFAULT);
    }

    /** Spreads all rows over another number of shards, by the hash of their ids. */
    public Snapshot compactToShards(int shards) {
        return run(
                "compact", (index, parsed) -> CompactionJob.run(spark, CompactionPlan.toShards(index, parsed, shards)));
    }

    /** Spreads all rows over shards by nearness, so that searches can visit some of them; see option {@code probes}. */
    public Snapshot compactToClusters(int shards) {
        return run(
                "compact",
                (index, parsed) -> CompactionJob.run(spark, CompactionPlan.toClusters(index, parsed, shards)));
    }

    /** Expires old versions, and deletes the files that no version lists. */
    public VacuumReport vacuum(VacuumOptions what) {
        return run("vacuum", (index, parsed) -> index.vacuum(what));
    }

    /** The versions that can be read, the oldest first. */
    public List<SnapshotInfo> snapshots() {
        return run("list the versions of", (index, parsed) -> index.snapshots());
    }

    /**
     * Commits a new version with the rows and parameters of an earlier one.
     *
     * @throws io.pomaidb.error.ConfigurationException if there is no such version
     */
    public Snapshot rollback(long version) {
        return run("roll back", (index, parsed) -> index.rollback(version));
    }

    /** Gives a version a name, which also keeps it from expiring. */
    public Snapshot tag(String name, long version) {
        return run("tag a version of", (index, parsed) -> index.tag(name, version));
    }

    /** Removes a tag. */
    public Snapshot untag(String name) {
        return run("untag a version of", (index, parsed) -> index.untag(name));
    }

    /**
     * Checks the index on the driver: every version, every file's checksum, every row, and what has to hold between them.
     * It reads all of the index once.
     *
     * @return what it looked at, and everything that is wrong
     * @throws io.pomaidb.error.ConfigurationException if there is no index
     */
    public VerifyReport verify() {
        return run("verify", (index, parsed) -> {
            Path scratch = Files.createTempDirectory(LocalScratch.directory(), "pomaidb-verify-");
            try {
                return new IndexVerifier(index, scratch, (done, all) -> {}).run();
            } finally {
                LocalDirectories.delete(scratch);
            }
        });
    }
}
