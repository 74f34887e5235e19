package io.pomaidb.flink.sink;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.UUID;
import org.apache.hadoop.fs.Path;

/**
 * All that a sink was built with.
 *
 * @param options what the user set
 * @param mode what rows do with what the index holds
 * @param sinkId names the sink in the index, across jobs
 * @param builtMillis when the sink was built
 * @param buildId unique to the sink that was built
 * @param hadoop where Hadoop's settings come from
 * @param scratch local folder for the databases that are being built; null for the JVM's temporary one
 * @param compaction what is compacted after commits; null for nothing
 * @param orphanAge unlisted files are deleted from this age on
 * @param snapshotRetention versions that readers saw within this time are kept; null: all are
 */
record SinkSettings(
        PomaiOptions options,
        WriteMode mode,
        String sinkId,
        long builtMillis,
        UUID buildId,
        HadoopSettings hadoop,
        String scratch,
        CompactionPolicy compaction,
        Duration orphanAge,
        Duration snapshotRetention)
        implements Serializable {
    PomaiIndex index() throws IOException {
        return PomaiIndex.at(new Path(options.path()), hadoop.load());
    }

    java.nio.file.Path scratchFolder() {
        return java.nio.file.Path.of(scratch == null ? System.getProperty("java.io.tmpdir") : scratch);
    }
}
