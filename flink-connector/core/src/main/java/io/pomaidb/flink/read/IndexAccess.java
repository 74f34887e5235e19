package io.pomaidb.flink.read;

import io.pomaidb.config.PomaiOptions;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.search.SnapshotView;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/** Where an index is and how to read it, as it is sent to the tasks. Immutable; for any number of threads. */
public final class IndexAccess implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Flink gives a subtask one core. */
    private static final int CORES = 1;

    private final HashMap<String, String> texts;
    private final HadoopSettings hadoop;
    private final PomaiOptions options;

    /**
     * Access with options, of which {@code path} is one.
     *
     * @throws io.pomaidb.error.ConfigurationException if an option is unknown, or its value not accepted
     */
    public IndexAccess(Map<String, String> options, HadoopSettings hadoop) {
        this.texts = new HashMap<>(options);
        this.hadoop = hadoop;
        this.options = PomaiOptions.parse(texts);
    }

    /** The same with options added or replaced. */
    public IndexAccess with(Map<String, String> others) {
        var all = new HashMap<>(texts);
        all.putAll(others);
        return new IndexAccess(all, hadoop);
    }

    /** The options as they were given. */
    public Map<String, String> texts() {
        return Map.copyOf(texts);
    }

    /** Hadoop's settings. */
    public HadoopSettings hadoop() {
        return hadoop;
    }

    /** The options. */
    public PomaiOptions options() {
        return options;
    }

    /** The index, which may not exist. */
    public PomaiIndex index() throws IOException {
        return PomaiIndex.at(new Path(options.path()), hadoop.load());
    }

    /** A snapshot of the index as a task reads it. */
    public SnapshotView view(PomaiIndex index, Snapshot snapshot) throws IOException {
        return SnapshotView.of(index, snapshot, options, CORES);
    }

    @Override
    public String toString() {
        return options.toString();
    }
}
