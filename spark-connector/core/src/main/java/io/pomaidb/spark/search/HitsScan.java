package io.pomaidb.spark.search;

import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.connector.read.V1Scan;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.TableScan;
import org.apache.spark.sql.types.StructType;

/** Brings the hits of a search into a plan of Spark's DataSource V2. */
public record HitsScan(HitsRelation relation) implements V1Scan {
    @Override
    public StructType readSchema() {
        return relation.schema();
    }

    @Override
    // Spark declares the method so; there is one relation, whatever the caller calls its type.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <T extends BaseRelation & TableScan> T toV1TableScan(SQLContext context) {
        return (T) relation;
    }

    @Override
    public String description() {
        return relation.toString();
    }
}
