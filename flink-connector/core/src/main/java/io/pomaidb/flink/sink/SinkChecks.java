package io.pomaidb.flink.sink;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.write.WriteMode;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds a sink against the job that it is put into. */
final class SinkChecks {
    private static final Logger LOG = LoggerFactory.getLogger(SinkChecks.class);

    private SinkChecks() {}

    static void check(SinkSettings settings, DataStream<?> rows) {
        StreamExecutionEnvironment environment = rows.getExecutionEnvironment();
        var mode = environment.getConfiguration().get(ExecutionOptions.RUNTIME_MODE);
        boolean checkpoints = environment.getCheckpointConfig().isCheckpointingEnabled();
        String path = settings.options().path();
        if (settings.mode() == WriteMode.OVERWRITE && mode == RuntimeExecutionMode.STREAMING && checkpoints) {
            throw overwriteByStream(settings);
        }
        if (mode == RuntimeExecutionMode.STREAMING && !checkpoints) {
            LOG.warn("The rows for index {} become visible when the stream ends: checkpoints are off", path);
        }
    }

    static ConfigurationException overwriteByStream(SinkSettings settings) {
        return new ConfigurationException(
                "Cannot overwrite index " + settings.options().path()
                        + " by a stream with checkpoints: each would replace the one before (run the job in batch mode)");
    }
}
