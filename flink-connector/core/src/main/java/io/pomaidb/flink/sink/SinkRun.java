package io.pomaidb.flink.sink;

import io.pomaidb.index.Transaction;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.flink.api.common.JobID;

/**
 * One execution of a sink, in which checkpoint ids only grow. A job that starts anew, or from an older savepoint, is another
 * run, whose checkpoints have ids that were used before.
 *
 * @param sinkId names the sink, across runs
 * @param startMillis when the sink was built
 * @param id unique to the run
 */
record SinkRun(String sinkId, long startMillis, UUID id) implements Serializable {
    /** The run of a sink in a job: one sink can be in several jobs, and a job with a fixed id can be submitted again. */
    static SinkRun of(SinkSettings settings, JobID job) {
        String name = settings.buildId() + " " + job;
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        return new SinkRun(settings.sinkId(), settings.builtMillis(), id);
    }

    /** What makes the commit of a checkpoint idempotent. */
    Transaction transaction(long checkpointId) {
        return Transaction.ofRun(sinkId, startMillis, id, checkpointId);
    }
}
