package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.IndexAgreement;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.search.Queries;
import io.pomaidb.spark.session.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.spark.sql.SparkSession;

/** A path as a session sees it: an index is there, or one may be written. */
record IndexLocation(SparkSession spark, PomaiIndex index) {
    /**
     * The location of a path.
     *
     * @throws ConfigurationException if it is no path, or of an unknown file system
     */
    static IndexLocation of(SparkSession spark, String path) {
        try {
            return new IndexLocation(spark, PomaiIndex.at(new Path(path), SessionSettings.hadoopConfiguration(spark)));
        } catch (IllegalArgumentException | UnsupportedFileSystemException e) {
            throw new ConfigurationException(
                    "Cannot use option path: '" + path + "': " + e.getMessage() + " (accepted: "
                            + PomaiOption.PATH.accepted() + ", of a file system that is configured)",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open the file system of index " + path, e);
        }
    }

    /** The Hadoop configuration of the session. It may hold secrets. */
    Configuration configuration() {
        return SessionSettings.hadoopConfiguration(spark);
    }

    /** The newest snapshot; empty if there is no index. */
    Optional<Snapshot> latest() {
        try {
            return index.latest();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the state of index " + index.path(), e);
        }
    }

    /** The snapshot that options ask for, or the newest, if there is an index. */
    Optional<Snapshot> readable(PomaiOptions options) {
        return options.version().isPresent() || options.timestamp().isPresent()
                ? Optional.of(snapshot(options))
                : latest();
    }

    /** The snapshot that options ask for, or the newest; a {@link ConfigurationException} if there is none. */
    Snapshot snapshot(PomaiOptions options) {
        try {
            return index.snapshot(options);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the state of index " + index.path(), e);
        }
    }

    /** Refuses options that say of the index what it is not. */
    void refuseOthers(PomaiOptions options, Snapshot snapshot) {
        new IndexAgreement("Cannot read index " + index.path(), options, "leave the option out")
                .check(snapshot.parameters());
    }

    /** The queries that options bring along: one vector, or a view or table of them. */
    Optional<Queries> queries(PomaiOptions options) {
        if (options.query().isPresent()) {
            return options.query().map(Queries::single);
        }
        return options.queries().map(view -> Queries.of(spark.table(view), index, options));
    }
}
