package io.pomaidb.spark;

import io.pomaidb.spark.write.EmptyWrite;
import io.pomaidb.write.WriteMode;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A table that a statement creates or replaces. Where it brings rows, their write is atomic by itself: it has published the
 * index when Spark commits the staged change, and has left nothing when Spark aborts it. Where it brings none, the staged
 * change is the index without rows.
 */
final class StagedIndexTable extends IndexTable implements StagedTable {
    private final WriteMode mode;
    private volatile boolean bringsRows;

    StagedIndexTable(IndexLocation location, StructType schema, Map<String, String> options, WriteMode mode) {
        super(location, schema, options, mode);
        this.mode = mode;
    }

    @Override
    public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
        bringsRows = true;
        return super.newWriteBuilder(info);
    }

    @Override
    public void commitStagedChanges() {
        if (!bringsRows) {
            TableProperties.refuseComments(name(), schema());
            var options = parse(CaseInsensitiveStringMap.empty(), Map.of());
            EmptyWrite.commit(location().spark(), location().index(), options, schema(), mode);
        }
    }

    @Override
    public void abortStagedChanges() {
        // The write's own abort has deleted what was uploaded.
    }
}
