package io.pomaidb.spark.v4;

import io.pomaidb.compaction.CompactionPolicy;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.Snapshot;
import io.pomaidb.index.VacuumOptions;
import io.pomaidb.spark.PomaiIndexActions;
import io.pomaidb.spark.procedure.ProcedureSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** The procedures of a catalog: what {@link PomaiIndexActions} does, in SQL. */
public final class Procedures implements ProcedureSource {
    private static final ProcedureParameter TABLE = ProcedureParameter.in("table", DataTypes.StringType)
            .comment("a table of the catalog, or the path of an index")
            .build();

    private static final StructType SNAPSHOT = new StructType()
            .add("version", DataTypes.LongType, false)
            .add("rows", DataTypes.LongType, false)
            .add("segments", DataTypes.IntegerType, false)
            .add("shards", DataTypes.IntegerType, false);

    /** Called by Java's service loader. */
    public Procedures() {}

    @Override
    public List<String> names() {
        return all(name -> name).stream().map(IndexProcedure::name).toList();
    }

    @Override
    public Optional<UnboundProcedure> procedure(String name, Function<String, String> paths) {
        return all(paths).stream()
                .filter(procedure -> procedure.name().equalsIgnoreCase(name))
                .map(UnboundProcedure.class::cast)
                .findFirst();
    }

    private static List<IndexProcedure> all(Function<String, String> paths) {
        Function<InternalRow, PomaiIndexActions> on =
                arguments -> PomaiIndexActions.on(SparkSession.active(), paths.apply(arguments.getString(0)));
        return List.of(compact(on), rollback(on), snapshots(on), vacuum(on), verify(on));
    }

    private static ProcedureParameter optional(String name, DataType type, String defaultValue, String comment) {
        return ProcedureParameter.in(name, type)
                .defaultValue(defaultValue)
                .comment(comment)
                .build();
    }

    private static IndexProcedure compact(Function<InternalRow, PomaiIndexActions> on) {
        return new IndexProcedure(
                "compact",
                "Rewrites small and half-dead segments, or all rows into other shards.",
                List.of(
                        TABLE,
                        optional("full", DataTypes.BooleanType, "false", "whether to rewrite all that is in parts"),
                        optional("shards", DataTypes.IntegerType, "0", "another number of shards, by the id's hash"),
                        optional("clusters", DataTypes.IntegerType, "0", "another number of shards, by nearness")),
                SNAPSHOT,
                arguments -> {
                    PomaiIndexActions actions = on.apply(arguments);
                    int shards = arguments.getInt(2);
                    int clusters = arguments.getInt(3);
                    if (shards != 0 && clusters != 0) {
                        throw new ConfigurationException("Cannot compact into " + shards + " shards and " + clusters
                                + " clusters (accepted: one of shards and clusters)");
                    }
                    if (shards != 0) {
                        return row(actions.compactToShards(shards));
                    }
                    return clusters != 0
                            ? row(actions.compactToClusters(clusters))
                            : row(actions.compact(
                                    arguments.getBoolean(1) ? CompactionPolicy.FULL : CompactionPolicy.DEFAULT));
                });
    }

    private static List<Object[]> row(Snapshot snapshot) {
        return List.<Object[]>of(new Object[] {
            snapshot.version(), snapshot.rows(), snapshot.segments().size(), snapshot.shards()
        });
    }

    private static IndexProcedure rollback(Function<InternalRow, PomaiIndexActions> on) {
        return new IndexProcedure(
                "rollback",
                "Commits a new version with the rows and parameters of an earlier one.",
                List.of(
                        TABLE,
                        ProcedureParameter.in("version", DataTypes.LongType).build()),
                SNAPSHOT,
                arguments -> row(on.apply(arguments).rollback(arguments.getLong(1))));
    }

    private static IndexProcedure snapshots(Function<InternalRow, PomaiIndexActions> on) {
        var columns = new StructType()
                .add("version", DataTypes.LongType, false)
                .add("committed_at", DataTypes.TimestampType, false)
                .add("operation", DataTypes.StringType, false)
                .add("rows", DataTypes.LongType, false)
                .add("segments", DataTypes.IntegerType, false)
                .add("bytes", DataTypes.LongType, false)
                .add("tags", DataTypes.StringType, false);
        return new IndexProcedure(
                "snapshots",
                "Lists the versions that can be read, the oldest first.",
                List.of(TABLE),
                columns,
                arguments -> on.apply(arguments).snapshots().stream()
                        .map(version -> new Object[] {
                            version.version(),
                            TimeUnit.MILLISECONDS.toMicros(version.timestamp().toEpochMilli()),
                            UTF8String.fromString(version.operation()),
                            version.rows(),
                            version.segments(),
                            version.bytes(),
                            UTF8String.fromString(String.join(", ", version.tags()))
                        })
                        .toList());
    }

    private static IndexProcedure vacuum(Function<InternalRow, PomaiIndexActions> on) {
        VacuumOptions usual = VacuumOptions.DEFAULT;
        var columns = new StructType()
                .add("expired_versions", DataTypes.IntegerType, false)
                .add("deleted_files", DataTypes.IntegerType, false)
                .add("deleted_bytes", DataTypes.LongType, false)
                .add("kept_files", DataTypes.IntegerType, false);
        return new IndexProcedure(
                "vacuum",
                "Expires old versions, and deletes the files that no version lists.",
                List.of(
                        TABLE,
                        hours("retention_hours", usual.retention(), "versions that readers saw within are kept"),
                        optional(
                                "keep_versions",
                                DataTypes.IntegerType,
                                Integer.toString(usual.keepVersions()),
                                "so many of the latest versions are kept"),
                        hours("grace_hours", usual.grace(), "uncommitted files are kept for so long"),
                        optional("dry_run", DataTypes.BooleanType, "false", "whether to change nothing")),
                columns,
                arguments -> {
                    var report = on.apply(arguments)
                            .vacuum(new VacuumOptions(
                                    Duration.ofHours(arguments.getInt(1)),
                                    arguments.getInt(2),
                                    Duration.ofHours(arguments.getInt(3)),
                                    arguments.getBoolean(4)));
                    return List.<Object[]>of(new Object[] {
                        report.expired().size(), report.files().size(), report.bytes(), report.kept()
                    });
                });
    }

    private static ProcedureParameter hours(String name, Duration usual, String comment) {
        return optional(name, DataTypes.IntegerType, Long.toString(usual.toHours()), comment);
    }

    private static IndexProcedure verify(Function<InternalRow, PomaiIndexActions> on) {
        var columns =
                new StructType().add("place", DataTypes.StringType, false).add("problem", DataTypes.StringType, false);
        return new IndexProcedure(
                "verify",
                "Checks all files, rows and versions, and lists what is wrong: nothing, if there are no rows.",
                List.of(TABLE),
                columns,
                arguments -> on.apply(arguments).verify().findings().stream()
                        .map(finding -> new Object[] {
                            UTF8String.fromString(finding.where()), UTF8String.fromString(finding.problem())
                        })
                        .toList());
    }
}
