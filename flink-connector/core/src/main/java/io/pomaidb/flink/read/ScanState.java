package io.pomaidb.flink.read;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Where the enumerator of a scan stands.
 *
 * @param version the snapshot whose splits were made last; 0 if there was none
 * @param lanes as {@link Lanes} has them; 0 if there was no snapshot
 * @param pending splits that no reader has
 */
public record ScanState(long version, int lanes, List<IndexSplit> pending) {
    public ScanState {
        pending = List.copyOf(pending);
    }

    /** The state in checkpoints. */
    static final class Serializer implements SimpleVersionedSerializer<ScanState> {
        @Override
        public int getVersion() {
            return new IndexSplitSerializer().getVersion();
        }

        @Override
        public byte[] serialize(ScanState state) throws IOException {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            out.writeLong(state.version());
            out.writeInt(state.lanes());
            out.writeInt(state.pending().size());
            for (IndexSplit split : state.pending()) {
                IndexSplitSerializer.write(split, out);
            }
            return bytes.toByteArray();
        }

        @Override
        public ScanState deserialize(int version, byte[] serialized) throws IOException {
            IndexSplitSerializer.check(version);
            var in = new DataInputStream(new ByteArrayInputStream(serialized));
            long snapshot = in.readLong();
            int lanes = in.readInt();
            int count = in.readInt();
            var pending = new ArrayList<IndexSplit>();
            for (int i = 0; i < count; i++) {
                pending.add(IndexSplitSerializer.read(in));
            }
            return new ScanState(snapshot, lanes, pending);
        }
    }
}
