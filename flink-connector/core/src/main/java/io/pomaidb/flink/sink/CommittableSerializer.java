package io.pomaidb.flink.sink;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** How committables stand in checkpoints and savepoints, which outlive the job and this version of the connector. */
final class CommittableSerializer implements SimpleVersionedSerializer<CheckpointCommittable> {
    /** Goes up with every change of what is written; older versions stay readable. */
    static final int VERSION = 1;

    static void check(int version) throws IOException {
        if (version != VERSION) {
            throw new IOException("Cannot read a committable: its version is " + version + " (accepted: " + VERSION
                    + "; restore the job with a connector at least as new as the one that wrote the savepoint)");
        }
    }

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(CheckpointCommittable committable) throws IOException {
        var writer = new CommittableWriter();
        writer.write(committable);
        return writer.toBytes();
    }

    @Override
    public CheckpointCommittable deserialize(int version, byte[] bytes) throws IOException {
        check(version);
        return CommittableReader.read(bytes, CommittableReader::committable);
    }
}
