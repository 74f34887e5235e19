package io.pomaidb.payload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Merges runs, given from the oldest to the newest, into one order; of rows with one id the newest run's remains. */
final class RunMerge {
    /** Takes the merged rows. */
    interface Target {
        void add(long id, byte[] bytes, int size) throws IOException;
    }

    private record Source(SpilledRun run, int age) {}

    private RunMerge() {}

    /**
     * @param hasKeys whether rows begin with a key, which then has to be the same in all rows of an id
     */
    static void merge(List<SpilledRun.Writer> runs, boolean hasKeys, Target target) throws IOException {
        var open = new ArrayList<SpilledRun>();
        try {
            var sources = new PriorityQueue<Source>(
                    runs.size(),
                    Comparator.<Source>comparingLong(source -> source.run().id() ^ Long.MIN_VALUE)
                            .thenComparingInt(Source::age));
            for (int age = 0; age < runs.size(); age++) {
                SpilledRun run = runs.get(age).read();
                open.add(run);
                if (run.next()) {
                    sources.add(new Source(run, age));
                }
            }
            while (!sources.isEmpty()) {
                Source source = sources.remove();
                SpilledRun run = source.run();
                Source newer = sources.peek();
                if (newer != null && newer.run().id() == run.id()) {
                    if (hasKeys && run.size() > 0 && newer.run().size() > 0) {
                        KeyCollisions.requireSame(
                                run.id(),
                                RowDecoder.key(run.bytes(), 0),
                                RowDecoder.key(newer.run().bytes(), 0));
                    }
                } else {
                    target.add(run.id(), run.bytes(), run.size());
                }
                if (run.next()) {
                    sources.add(source);
                }
            }
        } finally {
            close(open);
        }
    }

    private static void close(List<SpilledRun> runs) throws IOException {
        IOException failure = null;
        for (SpilledRun run : runs) {
            try {
                run.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
