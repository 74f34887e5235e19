package org.apache.spark.sql.connector.catalog;

import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;

/** A catalog with procedures, as Spark 4.0 to 4.2 call it. Spark 3.5 has no such interface and does not call it. */
public interface ProcedureCatalog extends CatalogPlugin {
    /** The procedure of a name. */
    UnboundProcedure loadProcedure(Identifier identifier);

    /** The names of the procedures in a namespace; Spark 4.0 does not ask for them. */
    Identifier[] listProcedures(String[] namespace);
}
