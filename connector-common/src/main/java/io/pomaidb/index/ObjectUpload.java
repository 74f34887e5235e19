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
}
