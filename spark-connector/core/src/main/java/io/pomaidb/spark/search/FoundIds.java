package io.pomaidb.spark.search;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.broadcast.Broadcast;

/**
 * The ids of rows that satisfy a condition which Spark evaluates, by the part that {@link AllowedIds#partOf} tells. They are
 * looked for when the driver first needs them, which is when the query runs and not while it is analysed or explained; tasks
 * get what was found. Safe for any number of threads.
 */
final class FoundIds implements Serializable {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<Broadcast<Map<Integer, AllowedIds>>> search;
    private Broadcast<Map<Integer, AllowedIds>> found;

    /**
     * Ids that are not known yet.
     *
     * @param search called once, on the driver
     */
    FoundIds(Supplier<Broadcast<Map<Integer, AllowedIds>>> search) {
        this.search = search;
    }

    /** The ids, which the driver looks for if nobody has asked before. */
    synchronized Map<Integer, AllowedIds> byPart() {
        if (found == null) {
            found = search.get();
        }
        return found.value();
    }

    private synchronized void writeObject(ObjectOutputStream out) throws IOException {
        if (found == null) {
            throw new IllegalStateException(
                    "Cannot send the ids of a search's filter to a task: they were not looked for");
        }
        out.defaultWriteObject();
    }
}
