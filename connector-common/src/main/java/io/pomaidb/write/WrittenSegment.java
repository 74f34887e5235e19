package io.pomaidb.write;

import io.pomaidb.index.Segment;
import java.io.Serializable;
import java.util.Objects;

/**
 * A segment that a task has uploaded and that no snapshot lists yet; the task's answer to the driver.
 *
 * @param segment what the commit will list
 * @param dim dimension of its vectors
 * @param exampleId id of one of its rows, for errors about the dimension
 */
public record WrittenSegment(Segment segment, int dim, long exampleId) implements Serializable {
    public WrittenSegment {
        Objects.requireNonNull(segment, "segment");
    }
}
