package io.pomaidb.spark.write;

import io.pomaidb.write.WrittenSegment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * What one task uploaded, as bytes: Spark sends it by whichever serializer it is configured with, and Kryo cannot write
 * records.
 */
final class TaskSegments implements WriterCommitMessage {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;

    private TaskSegments(byte[] bytes) {
        this.bytes = bytes;
    }

    static TaskSegments of(List<WrittenSegment> segments) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeInt(segments.size());
            for (WrittenSegment segment : segments) {
                out.writeObject(segment);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot describe written segments to the driver", e);
        }
        return new TaskSegments(bytes.toByteArray());
    }

    List<WrittenSegment> segments() {
        var segments = new ArrayList<WrittenSegment>();
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            for (int left = in.readInt(); left > 0; left--) {
                segments.add((WrittenSegment) in.readObject());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read a task's description of written segments", e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("Cannot read a task's description of written segments", e);
        }
        return segments;
    }
}
