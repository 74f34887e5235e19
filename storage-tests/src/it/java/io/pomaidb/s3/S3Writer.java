package io.pomaidb.s3;

import io.pomaidb.fixture.Jvm;
import io.pomaidb.fixture.TestIndex;
import io.pomaidb.fixture.Vectors;
import io.pomaidb.write.WriteMode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/** Appends rows one by one in a JVM of its own: folder, index, file with the Hadoop settings, first id, number of rows. */
final class S3Writer {
    private S3Writer() {}

    public static void main(String[] arguments) throws IOException {
        var configuration = new Configuration();
        configuration.addResource(
                new org.apache.hadoop.fs.Path(Path.of(arguments[2]).toUri()));
        var index = new TestIndex(Path.of(arguments[0]), new org.apache.hadoop.fs.Path(arguments[1]), configuration);
        long from = Long.parseLong(arguments[3]);
        Jvm.report("ready");
        if (System.in.read() < 0) {
            throw new IOException("The parent is gone");
        }
        for (long id = from; id < from + Long.parseLong(arguments[4]); id++) {
            index.write(WriteMode.APPEND, Vectors.row(id, (float) id, 1));
        }
    }
}
