package io.pomaidb.flink.read;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;

/**
 * Which snapshot of an index is read.
 *
 * @param version 0 if no version says it
 * @param tag null if no tag says it
 * @param timestamp null if no time says it
 */
public record SnapshotChoice(long version, String tag, Instant timestamp) implements Serializable {
    /** The latest when the job starts. */
    public static final SnapshotChoice LATEST = new SnapshotChoice(0, null, null);

    /**
     * Checks that there is one choice.
     *
     * @throws ConfigurationException if there are several
     */
    public SnapshotChoice {
        int choices = (version == 0 ? 0 : 1) + (tag == null ? 0 : 1) + (timestamp == null ? 0 : 1);
        if (choices > 1) {
            throw new ConfigurationException("Cannot choose a snapshot: version " + version + ", tag " + tag
                    + " and time " + timestamp + " (accepted: one of them)");
        }
    }

    /**
     * The snapshot.
     *
     * @throws ConfigurationException if there is none, or no index
     */
    public Snapshot of(PomaiIndex index) throws IOException {
        if (version != 0) {
            return index.snapshot(version);
        }
        if (tag != null) {
            return index.snapshot(tag);
        }
        return timestamp == null ? index.latestExisting() : index.snapshot(timestamp);
    }
}
