package io.pomaidb.flink.sink;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** How subtasks send their parts to where they become a checkpoint's committable. */
final class PartSerializer implements SimpleVersionedSerializer<WrittenPart> {
    @Override
    public int getVersion() {
        return CommittableSerializer.VERSION;
    }

    @Override
    public byte[] serialize(WrittenPart part) throws IOException {
        var writer = new CommittableWriter();
        writer.write(part);
        return writer.toBytes();
    }

    @Override
    public WrittenPart deserialize(int version, byte[] bytes) throws IOException {
        CommittableSerializer.check(version);
        return CommittableReader.read(bytes, CommittableReader::part);
    }
}
