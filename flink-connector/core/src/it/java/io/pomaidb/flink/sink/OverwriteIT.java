package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.fixture.TestIndex;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.flink.read.IndexSource;
import io.pomaidb.flink.read.Scan;
import io.pomaidb.flink.row.RowShape;
import io.pomaidb.flink.row.ShownColumn;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("every-version")
@Timeout(300)
class OverwriteIT {
    private static final long ID = -7;

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    @TempDir
    private Path folder;

    /** Follows another index. */
    private IndexSource endless() throws Exception {
        var followed = new TestIndex(folder.resolve("followed"));
        followed.write(WriteMode.CREATE, Map.of(1L, TestRow.vector(1), 2L, TestRow.vector(2)));
        var access = new IndexAccess(
                Map.of(
                        "path",
                        followed.path().toUri().toString(),
                        "cache_dir",
                        followed.cache().toString()),
                HadoopSettings.ofMachine());
        var id = new ShownColumn(ShownColumn.Kind.ID, "id", new BigIntType());
        return IndexSource.continuous(new Scan(access, new RowShape(List.of(id))), Duration.ofMillis(100));
    }

    /** Nothing tells that the job will be a stream when the sink is put into it. */
    @Test
    void aStreamThatFlinkFindsToBeOneDoesNotReplaceRowsCheckpointByCheckpoint() throws Exception {
        var index = new TestIndex(folder);
        index.write(WriteMode.CREATE, Map.of(ID, TestRow.vector(ID)), "shards", "2", "metric", "l2");
        var configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        var environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setRuntimeMode(RuntimeExecutionMode.AUTOMATIC);
        environment.setParallelism(2);
        environment.enableCheckpointing(50);
        environment
                .fromSource(
                        endless(),
                        WatermarkStrategy.noWatermarks(),
                        "rows",
                        InternalTypeInfo.ofFields(new BigIntType()))
                .map(row -> TestRow.of(row.getLong(0)))
                .returns(TestRow.class)
                .sinkTo(TestRow.sink(index.path().toUri().toString(), 2)
                        .overwrite()
                        .build());

        JobClient job = environment.executeAsync();
        try {
            while (!job.getJobStatus().get().isGloballyTerminalState()
                    && index.index().latestExisting().version() == 1) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(index.rows()).containsOnlyKeys(ID);
            assertThatThrownBy(() -> job.getJobExecutionResult().get())
                    .hasStackTraceContaining("Cannot overwrite index")
                    .hasStackTraceContaining("run the job in batch mode");
        } finally {
            if (!job.getJobStatus().get().isGloballyTerminalState()) {
                job.cancel().get();
            }
        }
    }
}
