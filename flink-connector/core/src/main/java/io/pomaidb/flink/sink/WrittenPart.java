package io.pomaidb.flink.sink;

import io.pomaidb.write.PlannedWrite;
import io.pomaidb.write.WrittenSegment;
import java.util.List;

/**
 * Segments that one subtask has uploaded.
 *
 * @param planned how they were written
 * @param segments in the order in which a snapshot has to list them
 */
record WrittenPart(PlannedWrite planned, List<WrittenSegment> segments) {
    WrittenPart {
        segments = List.copyOf(segments);
    }
}
