package io.pomaidb.flink.read;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Splits in checkpoints and on their way to readers. */
final class IndexSplitSerializer implements SimpleVersionedSerializer<IndexSplit> {
    private static final int VERSION = 2;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(IndexSplit split) throws IOException {
        var bytes = new ByteArrayOutputStream();
        write(split, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    @Override
    public IndexSplit deserialize(int version, byte[] serialized) throws IOException {
        check(version);
        return read(new DataInputStream(new ByteArrayInputStream(serialized)));
    }

    static void check(int version) throws IOException {
        if (version != VERSION) {
            throw new IOException("Cannot restore a scan: its state has version " + version + " (accepted: " + VERSION
                    + "; start the job without it)");
        }
    }

    static void write(IndexSplit split, DataOutputStream out) throws IOException {
        out.writeUTF(split.kind().name());
        out.writeLong(split.version());
        out.writeLong(split.previous());
        out.writeInt(split.shard());
        out.writeInt(split.lane());
        out.writeInt(split.lanes());
        out.writeLong(split.done());
    }

    static IndexSplit read(DataInputStream in) throws IOException {
        return new IndexSplit(
                IndexSplit.Kind.valueOf(in.readUTF()),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong());
    }
}
