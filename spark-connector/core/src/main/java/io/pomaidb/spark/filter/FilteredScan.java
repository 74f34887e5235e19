package io.pomaidb.spark.filter;

/** A scan that has taken over a part of a query's conditions, or all of them. */
public interface FilteredScan {
    /** The rows that it gives. */
    RowFilter filter();
}
