package io.pomaidb.spark;

import io.pomaidb.write.WriteMode;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.types.StructType;

/**
 * A table that a query creates or replaces. The write itself is atomic: it has published the index when Spark commits
 * the staged change, and has left nothing when Spark aborts it.
 */
final class StagedIndexTable extends IndexTable implements StagedTable {
    StagedIndexTable(IndexLocation location, StructType schema, Map<String, String> options, WriteMode mode) {
        super(location, schema, options, mode);
    }

    @Override
    public void commitStagedChanges() {
        // The write's own commit was the commit.
    }

    @Override
    public void abortStagedChanges() {
        // The write's own abort has deleted what was uploaded.
    }
}
