package io.pomaidb.write;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.vector.VectorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes rows in a JVM of its own. {@code append} commits {@code count} rows one by one; {@code upload} uploads them and
 * waits without committing; {@code write} waits in the middle of writing them.
 */
final class WriterProcess {
    private WriterProcess() {}

    public static void main(String[] arguments) throws IOException {
        var index = new TestIndex(Path.of(arguments[0]));
        long from = Long.parseLong(arguments[2]);
        int count = Integer.parseInt(arguments[3]);
        switch (arguments[1]) {
            case "append" -> {
                Jvm.report("ready");
                waitForInput();
                for (long id = from; id < from + count; id++) {
                    index.write(WriteMode.APPEND, Vectors.row(id, (float) id, 1), "shards", "2");
                }
            }
            case "upload" -> {
                IndexWrite write = index.plan(WriteMode.APPEND, "shards", "2");
                List<WrittenSegment> written = index.writeTask(write, Vectors.row(from, 1, 2));
                Jvm.report("ready " + written.size());
                waitForInput();
            }
            default -> {
                IndexWrite write = index.plan(WriteMode.APPEND, "shards", "2");
                try (ShardWriter writer = index.writer(write)) {
                    writer.write(from, VectorSource.of(1, 2));
                    Jvm.report("ready");
                    waitForInput();
                }
            }
        }
    }

    private static void waitForInput() throws IOException {
        if (System.in.read() < 0) {
            throw new IOException("The parent is gone");
        }
    }
}
