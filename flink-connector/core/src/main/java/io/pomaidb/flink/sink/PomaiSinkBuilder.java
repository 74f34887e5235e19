package io.pomaidb.flink.sink;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import io.pomaidb.write.WriteMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Builds a {@link PomaiSink}. Needs a path and either a {@link #rows} adapter or functions for id and vector. For one
 * thread.
 *
 * @param <T> type of the rows
 */
public final class PomaiSinkBuilder<T> {
    private static final Duration DEFAULT_ORPHAN_AGE = Duration.ofDays(3);

    private final Map<String, String> options = new LinkedHashMap<>();
    private final List<PayloadColumn> columns = new ArrayList<>();
    private final List<SerializableFunction<T, ?>> values = new ArrayList<>();
    private SerializableFunction<T, Long> id;
    private SerializableFunction<T, String> key;
    private SerializableFunction<T, float[]> vector;
    private SerializableFunction<T, RowOperation> operation = row -> RowOperation.UPSERT;
    private RowAdapter<T> adapter;
    private HadoopSettings hadoop = HadoopSettings.ofMachine();
    private String sinkId = "flink";
    private String scratch;
    private CompactionPolicy compaction;
    private Duration orphanAge = DEFAULT_ORPHAN_AGE;
    private Duration snapshotRetention;
    private WriteMode mode = WriteMode.APPEND;

    PomaiSinkBuilder() {}

    /** Directory of the index, on any Hadoop file system; made by the first commit if it does not exist. */
    public PomaiSinkBuilder<T> path(String path) {
        return option("path", path);
    }

    /** Sets one of the connector's options, as the table in the README has them. The last value of a name counts. */
    public PomaiSinkBuilder<T> option(String name, String value) {
        options.put(name, value);
        return this;
    }

    /** Sets several options. */
    public PomaiSinkBuilder<T> options(Map<String, String> more) {
        options.putAll(more);
        return this;
    }

    /** How a row's id is read, where ids are numbers; null is refused. */
    public PomaiSinkBuilder<T> id(SerializableFunction<T, Long> newId) {
        id = newId;
        return this;
    }

    /** How a row's key is read, where ids are strings; null is refused. */
    public PomaiSinkBuilder<T> key(SerializableFunction<T, String> newKey) {
        key = newKey;
        return this;
    }

    /** How a row's vector is read. The array is read before the next row comes. */
    public PomaiSinkBuilder<T> vector(SerializableFunction<T, float[]> newVector) {
        vector = newVector;
        return this;
    }

    /** What a row does; by default all rows are upserts. */
    public PomaiSinkBuilder<T> operation(SerializableFunction<T, RowOperation> newOperation) {
        operation = newOperation;
        return this;
    }

    /**
     * Adds a payload column.
     *
     * @param type boolean ({@code Boolean}), byte, short, int, long ({@code Number}), float, double, string
     *     ({@code String}), binary ({@code byte[]}), decimal ({@code BigDecimal} that fits), date ({@code LocalDate}),
     *     timestamp ({@code Instant}), timestamp_ntz ({@code LocalDateTime}), or an array of these ({@code List}); for
     *     others give {@link #rows}
     * @param value reads it; null is a value
     */
    public PomaiSinkBuilder<T> payload(String name, PayloadType type, SerializableFunction<T, ?> value) {
        columns.add(new PayloadColumn(name, type));
        values.add(value);
        return this;
    }

    /** Reads rows by an adapter instead of by functions. */
    public PomaiSinkBuilder<T> rows(RowAdapter<T> newAdapter) {
        adapter = newAdapter;
        return this;
    }

    /**
     * Names the sink in the index, across jobs; "flink" where it is not set. The index remembers the last 32 runs of each
     * name, so give different names where many jobs write to one index.
     */
    public PomaiSinkBuilder<T> sinkId(String newSinkId) {
        sinkId = newSinkId;
        return this;
    }

    /** Hadoop settings, over those of the machines. */
    public PomaiSinkBuilder<T> hadoop(HadoopSettings settings) {
        hadoop = settings;
        return this;
    }

    /** Local folder, on each task manager, for databases that are being built; by default the JVM's temporary one. */
    public PomaiSinkBuilder<T> scratchDirectory(String directory) {
        scratch = directory;
        return this;
    }

    /** Has the rows replace all that the index holds, once, at the end: for batch jobs. */
    public PomaiSinkBuilder<T> overwrite() {
        mode = WriteMode.OVERWRITE;
        return this;
    }

    /**
     * Compacts what the policy says after commits, in a task of its own, so that short checkpoints do not leave ever more
     * segments; off where it is not set.
     */
    public PomaiSinkBuilder<T> compaction(CompactionPolicy policy) {
        compaction = policy;
        return this;
    }

    /**
     * Age from which on files are deleted that no version of the index lists; 3 days where it is not set. Has to be longer
     * than from a row's arrival to its checkpoint's commit, restarts included, and than any savepoint is kept.
     */
    public PomaiSinkBuilder<T> orphanAge(Duration age) {
        orphanAge = age;
        return this;
    }

    /**
     * Has versions expire, now and then after a commit, that no reader has seen as the latest for this time, and deletes the
     * files that they alone list, as segments that were compacted; where it is not set all versions stay, until
     * {@code bin/pomaidb vacuum} is run. The latest version and those with a tag stay in any case. Has to be longer than any
     * scan or search of one version takes, and than readers that follow the index may fall behind.
     */
    public PomaiSinkBuilder<T> snapshotRetention(Duration time) {
        snapshotRetention = time;
        return this;
    }

    /**
     * The sink.
     *
     * @throws ConfigurationException if the path, the id or the vector is missing, or an option is not accepted
     */
    public PomaiSink<T> build() {
        PomaiOptions parsed = PomaiOptions.parse(options);
        String path = parsed.path();
        if (sinkId.isEmpty() || sinkId.length() > 200 || sinkId.chars().anyMatch(Character::isISOControl)) {
            throw new ConfigurationException("Cannot write to index " + path + ": sink id \"" + sinkId
                    + "\" is no name (accepted: 1 to 200 characters and no control characters)");
        }
        if (orphanAge.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new ConfigurationException("Cannot write to index " + path + ": files of age " + orphanAge
                    + " may be about to be committed (accepted: an orphan age of a minute or more)");
        }
        if (snapshotRetention != null && snapshotRetention.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new ConfigurationException("Cannot write to index " + path + ": versions of the last "
                    + snapshotRetention + " may be about to be read (accepted: a retention of a minute or more)");
        }
        var settings = new SinkSettings(
                parsed,
                mode,
                sinkId,
                System.currentTimeMillis(),
                UUID.randomUUID(),
                Objects.requireNonNull(hadoop, "hadoop"),
                scratch,
                compaction,
                orphanAge,
                snapshotRetention);
        RowAdapter<T> rows = adapter != null ? adapter : functions(path);
        return compaction == null ? new PomaiSink<>(settings, rows) : new CompactingSink<>(settings, rows);
    }

    private RowAdapter<T> functions(String path) {
        if ((id == null) == (key == null) || vector == null) {
            throw new ConfigurationException("Cannot write to index " + path
                    + ": it is not said how rows are read (give id or key, and vector, or an adapter of rows)");
        }
        IdType idType = id != null ? IdType.LONG : IdType.STRING;
        return new FunctionAdapter<>(idType, id, key, vector, operation, columns, values);
    }
}
