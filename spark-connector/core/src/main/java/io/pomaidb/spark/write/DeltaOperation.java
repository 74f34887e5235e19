package io.pomaidb.spark.write;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.spark.column.ColumnFinder;
import io.pomaidb.spark.column.PayloadInput;
import io.pomaidb.spark.column.RowColumns;
import io.pomaidb.spark.read.RowsScanBuilder;
import io.pomaidb.write.WriteMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.DeltaWrite;
import org.apache.spark.sql.connector.write.DeltaWriteBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsDelta;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * DELETE, UPDATE and MERGE: rows are told by their ids, deleted by these and updated as a whole, and what other writers
 * commit meanwhile stays. The commit fails if others have changed one of its rows since it read them.
 */
public final class DeltaOperation implements SupportsDelta {
    private final SparkSession spark;
    private final PomaiIndex index;
    private final PomaiOptions options;
    private final String idColumn;
    private final Command command;
    private final IsolationLevel isolation;
    private final Function<CaseInsensitiveStringMap, RowsScanBuilder> scans;

    /** All that Spark has planned to read for this operation. */
    private final List<RowsScanBuilder> reads = new ArrayList<>();

    /**
     * An operation.
     *
     * @param idColumn of the index
     * @param isolation what others may commit between read and commit
     * @param scans reads the rows among which it looks for those to change
     */
    public DeltaOperation(
            SparkSession spark,
            PomaiIndex index,
            PomaiOptions options,
            String idColumn,
            Command command,
            IsolationLevel isolation,
            Function<CaseInsensitiveStringMap, RowsScanBuilder> scans) {
        this.spark = spark;
        this.index = index;
        this.options = options;
        this.idColumn = idColumn;
        this.command = command;
        this.isolation = isolation;
        this.scans = scans;
    }

    @Override
    public Command command() {
        return command;
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap scanOptions) {
        RowsScanBuilder read = scans.apply(scanOptions);
        reads.add(read);
        return read;
    }

    @Override
    public NamedReference[] rowId() {
        return new NamedReference[] {ClusteredWrite.reference(idColumn)};
    }

    @Override
    public DeltaWriteBuilder newWriteBuilder(LogicalWriteInfo info) {
        return new Builder(info);
    }

    private final class Builder implements DeltaWriteBuilder {
        private final LogicalWriteInfo info;

        Builder(LogicalWriteInfo info) {
            this.info = info;
        }

        @Override
        public DeltaWrite build() {
            StructType rows = info.schema();
            PlannedWrite planned = rows.isEmpty()
                    ? PlannedWrite.deletions(index, options, onlyIds())
                    : PlannedWrite.of(spark, index, options, rows, WriteMode.APPEND);
            return ClusteredWrite.of(spark, index, planned, info.queryId(), read());
        }

        /** Of several reads the oldest: nothing has changed since any of them if nothing has since that one. */
        private Optional<ReadRows> read() {
            return reads.stream()
                    .min(Comparator.comparingLong(scan -> scan.snapshot().version()))
                    .map(scan -> ReadRows.of(command, scan, options, isolation));
        }

        private RowColumns onlyIds() {
            StructType ids = info.rowIdSchema().orElseThrow();
            var finder = new ColumnFinder("Cannot delete rows of index " + index.path(), ids, true);
            return new RowColumns(
                    finder.id(idColumn, PomaiOption.ID_COLUMN), null, new PayloadInput(List.of(), List.of()));
        }
    }
}
