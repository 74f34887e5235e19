package io.pomaidb.flink.sink;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A subtask of the sink. Has no state: what came in before a checkpoint's barrier is uploaded and handed over before the
 * barrier goes on.
 */
final class IndexSinkWriter<T> implements CommittingSinkWriter<T, WrittenPart> {
    /** Memory for rows where option {@code memory_budget_bytes} does not say it. */
    static final long DEFAULT_BUDGET_BYTES = 512L << 20;

    private final SinkSettings settings;
    private final RowAdapter<T> adapter;
    private final Configuration configuration;
    private final PomaiIndex index;
    private final long partBytes;
    private final BackgroundFreeze freeze;
    private final SinkMetrics metrics;

    /** Null until the next row comes. */
    private OpenPart filling;

    private boolean ended;

    private volatile long fillingBytes;
    private volatile long openDatabases;

    IndexSinkWriter(SinkSettings settings, RowAdapter<T> adapter, WriterInitContext context) throws IOException {
        this.settings = settings;
        this.adapter = adapter;
        this.configuration = settings.hadoop().load();
        this.index = PomaiIndex.at(new Path(settings.options().path()), configuration);
        this.partBytes = partBytes(settings);
        // Options that do not fit the index are found before the first row comes.
        plan();
        String name = "pomaidb-freeze-" + context.getTaskInfo().getIndexOfThisSubtask();
        this.freeze = new BackgroundFreeze(name, new PartKeys(index, settings.scratchFolder()), told());
        // Last, since from then on others ask for the gauges.
        this.metrics = new SinkMetrics(context.metricGroup(), () -> openDatabases, this::nativeBytes);
    }

    private BackgroundFreeze.FinishedParts told() {
        return new BackgroundFreeze.FinishedParts() {
            @Override
            public void uploaded(OpenPart part) {
                metrics.uploaded(part);
            }

            @Override
            public void failed(OpenPart part) {
                metrics.failed(part.rows());
            }
        };
    }

    /** Half of the budget: the other half holds the part that is being frozen. */
    private static long partBytes(SinkSettings settings) {
        boolean isSet = settings.options().isSet(PomaiOption.MEMORY_BUDGET_BYTES);
        long budget = isSet ? settings.options().memoryBudgetBytes() : DEFAULT_BUDGET_BYTES;
        return budget == 0 ? Long.MAX_VALUE : Math.max(1, budget / 2);
    }

    /** Anew for each part, because compactions and other writers change the index meanwhile. */
    private IndexWrite plan() throws IOException {
        return IndexWrite.plan(
                index, settings.options(), settings.mode(), adapter.idType(), adapter.columns(), Optional.empty());
    }

    private long nativeBytes() {
        return fillingBytes + freeze.bytes();
    }

    @Override
    public void write(T row, Context context) throws IOException, InterruptedException {
        freeze.poll();
        if (filling == null) {
            filling = OpenPart.open(plan(), configuration, settings.scratchFolder());
        }
        try {
            filling.add(row, adapter);
        } catch (IOException | RuntimeException e) {
            metrics.failed(1);
            throw e;
        }
        fillingBytes = filling.bytes();
        openDatabases = filling.openDatabases();
        if (fillingBytes >= partBytes) {
            handOver();
        }
    }

    private void handOver() throws IOException, InterruptedException {
        OpenPart full = filling;
        filling = null;
        // Its rows are in memory while it waits as well.
        freeze.submit(full);
        fillingBytes = 0;
        openDatabases = 0;
    }

    /** {@link #prepareCommit} follows, at every checkpoint and at the end. */
    @Override
    public void flush(boolean endOfInput) {
        ended = endOfInput;
    }

    @Override
    public Collection<WrittenPart> prepareCommit() throws IOException, InterruptedException {
        if (filling != null) {
            handOver();
        }
        List<WrittenPart> parts = freeze.collect();
        if (ended && settings.mode() == WriteMode.OVERWRITE && parts.isEmpty()) {
            // No rows replace all rows as well.
            return List.of(new WrittenPart(plan().planned(), List.of()));
        }
        return parts.stream().filter(part -> !part.segments().isEmpty()).toList();
    }

    @Override
    public void close() throws IOException {
        try (freeze) {
            if (filling != null) {
                filling.close();
            }
        }
    }
}
