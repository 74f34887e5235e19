package io.pomaidb.s3;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.SegmentCache;
import io.pomaidb.index.Snapshot;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what can be done with an index on S3, well and badly, logs all that anybody logs, and shows every object and error
 * that it meets: folder, index, file with the Hadoop settings.
 */
final class TalkativeProcess {
    private TalkativeProcess() {}

    public static void main(String[] arguments) throws IOException {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "info");
        System.setProperty("org.slf4j.simpleLogger.log.io.pomaidb", "trace");
        System.setProperty("org.slf4j.simpleLogger.log.org.apache.hadoop", "debug");
        System.setProperty("org.slf4j.simpleLogger.log.io.delta", "trace");
        Logger log = LoggerFactory.getLogger(TalkativeProcess.class);
        var configuration = new Configuration();
        configuration.addResource(
                new org.apache.hadoop.fs.Path(Path.of(arguments[2]).toUri()));
        var path = new org.apache.hadoop.fs.Path(arguments[1]);
        Path folder = Path.of(arguments[0]);
        var index = new TestIndex(folder, path, configuration);

        IndexWrite write = index.plan(WriteMode.CREATE, "shards", "2", "path", path.toString());
        var written = index.writeTask(write, Vectors.rows(new Random(1), 0, 20, 4));
        Snapshot snapshot = index.commit(write, written);
        PomaiOptions options = index.options("path", path.toString());
        PomaiIndex opened = index.index();
        SegmentCache cache = SegmentCache.shared(options);
        for (Object shown :
                new Object[] {write, written, snapshot, options, opened, cache, index.rows(), configuration}) {
            log.info("{}", shown);
        }
        log.info("{}", index.search(3, new float[] {1, 2, 3, 4}));
        fail(log, () -> index.write(WriteMode.CREATE, Vectors.row(1, 1, 2)));

        var wrong = new Configuration(configuration);
        wrong.set("fs.s3a.secret.key", S3Store.SECRET_KEY + "-but-wrong");
        fail(log, () -> new TestIndex(folder, path, wrong).rows());
        fail(log, () -> new TestIndex(folder, path, wrong).write(WriteMode.APPEND, Vectors.row(1, 1, 2, 3, 4)));
        var nowhere = new org.apache.hadoop.fs.Path("s3a://no-such-bucket/index");
        fail(log, () -> new TestIndex(folder, nowhere, configuration).rows());
        var inPath = new org.apache.hadoop.fs.Path(
                "s3a://" + S3Store.KEY_ID + ":" + S3Store.SECRET_KEY + "@" + S3Store.BUCKET + "/index");
        fail(log, () -> new TestIndex(folder, inPath, configuration).rows());
        fail(log, () -> index.options("path", inPath.toString()));
        Jvm.report("done");
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static void fail(Logger log, Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException | RuntimeException e) {
            log.info("As expected", e);
            return;
        }
        throw new AssertionError("That should have failed");
    }
}
