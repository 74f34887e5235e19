package io.pomaidb.index;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;

/** Writes an object whose upload is completed by close(), such that a write that fails does not complete it. */
final class ObjectUpload {
    /** Spelled out because Hadoop before 3.3.1 has no constant for it. */
    private static final String ABORTABLE = "fs.capability.outputstream.abortable";

    private ObjectUpload() {}

    static void finish(FSDataOutputStream out, byte[] content) throws IOException {
        try {
            out.write(content);
        } catch (IOException e) {
            if (out.hasCapability(ABORTABLE)) {
                out.abort();
            }
            throw e;
        }
        out.close();
    }

    /** Closes a stream whose write failed, of an object that will be deleted should closing complete it. */
    static void giveUp(FSDataOutputStream out, Exception failure) {
        try {
            if (out.hasCapability(ABORTABLE)) {
                out.abort();
            } else {
                out.close();
            }
        } catch (IOException e) {
            // HDFS throws the very failure again.
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }
}
