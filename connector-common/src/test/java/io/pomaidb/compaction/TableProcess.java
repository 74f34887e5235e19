package io.pomaidb.compaction;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.Snapshot;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;

/**
 * Uses an index in a JVM of its own. {@code mix} commits upserts and deletions and reports each commit; {@code compacted}
 * runs a compaction's tasks and waits without committing; {@code churn} appends and compacts until it is killed.
 */
final class TableProcess {
    static final int SHARED = 3;

    private TableProcess() {}

    public static void main(String[] arguments) throws IOException {
        var index = new TestIndex(Path.of(arguments[0]));
        switch (arguments[1]) {
            case "mix" -> mix(index, Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
            case "compacted" -> {
                CompactionPlan plan = CompactionPlan.of(index.index(), index.options(), CompactionPolicy.FULL);
                var shards = new ArrayList<CompactedShard>();
                for (CompactionTask task : plan.tasks()) {
                    shards.add(task.run(index.configuration(), index.scratch(), 1));
                }
                Jvm.report("ready " + shards.size());
                waitForInput();
            }
            default -> churn(index, Long.parseLong(arguments[2]));
        }
    }

    /** Commit {@code i} writes row {@code writer * 1000 + i} and one of the shared rows; every fifth one deletes a row. */
    private static void mix(TestIndex index, long writer, int commits) throws IOException {
        Jvm.report("ready");
        waitForInput();
        for (int i = 0; i < commits; i++) {
            Snapshot snapshot;
            if (i % 5 == 4) {
                snapshot = index.index().delete(writer * 1000 + i - 2);
            } else {
                var rows =
                        Map.of(writer * 1000 + i, new float[] {writer, i}, -1L - i % SHARED, new float[] {writer, i});
                snapshot = index.write(WriteMode.APPEND, rows);
            }
            Jvm.report(snapshot.version() + " " + i);
        }
    }

    private static void churn(TestIndex index, long from) throws IOException {
        for (long id = from; ; id++) {
            index.write(WriteMode.APPEND, Vectors.row(id, (float) id, 1));
            Jvm.report(Long.toString(id));
            if (id % 3 == 0) {
                index.compact(CompactionPolicy.FULL);
            }
        }
    }

    private static void waitForInput() throws IOException {
        if (System.in.read() < 0) {
            throw new IOException("The parent is gone");
        }
    }
}
