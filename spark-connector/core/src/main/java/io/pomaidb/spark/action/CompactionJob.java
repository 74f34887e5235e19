package io.pomaidb.spark.action;

import io.pomaidb.compaction.CompactedShard;
import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.compaction.CompactionTask;
import io.pomaidb.index.CommitStateUnknownException;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.session.LocalScratch;
import io.pomaidb.spark.session.SessionSettings;
import java.io.IOException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Runs a compaction with a task a shard, and commits it on the driver. */
public final class CompactionJob {
    private CompactionJob() {}

    /**
     * Runs it.
     *
     * @return the snapshot with the new segments; the latest one if there was nothing to do
     * @throws io.pomaidb.index.CommitConflictException if others replaced what it rewrote; nothing became visible
     */
    public static Snapshot run(SparkSession spark, CompactionPlan plan) throws IOException {
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        var configuration =
                context.broadcast(new SerializableConfiguration(SessionSettings.hadoopConfiguration(spark)));
        List<byte[]> tasks = plan.tasks().stream().map(JavaBytes::of).toList();
        boolean inDoubt = false;
        boolean committed = false;
        try {
            List<CompactedShard> shards = List.of();
            if (!tasks.isEmpty()) {
                Function<byte[], byte[]> run = task -> {
                    int cores = TaskContext.get().cpus();
                    return JavaBytes.of(JavaBytes.read(task, CompactionTask.class)
                            .run(configuration.value().value(), LocalScratch.directory(), cores));
                };
                shards = context.parallelize(tasks, tasks.size()).map(run).collect().stream()
                        .map(answer -> JavaBytes.read(answer, CompactedShard.class))
                        .toList();
            }
            Snapshot snapshot = plan.commit(shards);
            committed = true;
            return snapshot;
        } catch (CommitStateUnknownException e) {
            inDoubt = true;
            throw e;
        } finally {
            if (!committed && !inDoubt) {
                plan.abort();
            }
            configuration.destroy();
        }
    }
}
