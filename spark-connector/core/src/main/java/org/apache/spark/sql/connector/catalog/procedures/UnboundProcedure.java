package org.apache.spark.sql.connector.catalog.procedures;

/** A procedure that is not bound to arguments yet. */
public interface UnboundProcedure {}
