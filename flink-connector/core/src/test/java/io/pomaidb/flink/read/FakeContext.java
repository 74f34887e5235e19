package io.pomaidb.flink.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;

/** What an enumerator sees of a job: all readers are there, work is done at once, and looks when a test says so. */
final class FakeContext implements SplitEnumeratorContext<IndexSplit> {
    private final int readers;
    private final Map<Integer, List<IndexSplit>> assigned = new HashMap<>();
    private Runnable look;

    FakeContext(int readers) {
        this.readers = readers;
    }

    /** Does what is to be done now and then. */
    void look() {
        look.run();
    }

    /** The splits that each reader got since the last call. */
    Map<Integer, List<IndexSplit>> assigned() {
        Map<Integer, List<IndexSplit>> all = Map.copyOf(assigned);
        assigned.clear();
        return all;
    }

    private static <T> Runnable call(Callable<T> work, BiConsumer<T, Throwable> handler) {
        return () -> {
            T result;
            try {
                result = work.call();
            } catch (Exception e) {
                handler.accept(null, e);
                return;
            }
            handler.accept(result, null);
        };
    }

    @Override
    public <T> void callAsync(Callable<T> work, BiConsumer<T, Throwable> handler) {
        call(work, handler).run();
    }

    @Override
    public <T> void callAsync(Callable<T> work, BiConsumer<T, Throwable> handler, long delay, long period) {
        look = call(work, handler);
    }

    @Override
    public void runInCoordinatorThread(Runnable work) {
        work.run();
    }

    @Override
    public void assignSplits(SplitsAssignment<IndexSplit> assignment) {
        assignment.assignment().forEach((reader, splits) -> assigned.computeIfAbsent(reader, none -> new ArrayList<>())
                .addAll(splits));
    }

    @Override
    public int currentParallelism() {
        return readers;
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
        var registered = new HashMap<Integer, ReaderInfo>();
        for (int reader = 0; reader < readers; reader++) {
            registered.put(reader, new ReaderInfo(reader, "localhost"));
        }
        return registered;
    }

    @Override
    public void signalNoMoreSplits(int reader) {
        throw new UnsupportedOperationException("A scan that follows an index has no end");
    }

    @Override
    public SplitEnumeratorMetricGroup metricGroup() {
        throw new UnsupportedOperationException("No metrics here");
    }

    @Override
    public void sendEventToSourceReader(int reader, SourceEvent event) {
        throw new UnsupportedOperationException("No events here");
    }
}
