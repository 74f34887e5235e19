package io.pomaidb.flink.read;

import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;

/**
 * Tells the enumerator the lanes of the splits that a reader starts with.
 *
 * @param lanes as {@link IndexSplit#lane} has them
 */
record HeldLanes(List<Integer> lanes) implements SourceEvent {
    HeldLanes {
        lanes = List.copyOf(lanes);
    }
}
