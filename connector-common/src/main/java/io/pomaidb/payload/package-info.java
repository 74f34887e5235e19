/**
 * Payload: the columns of a row besides its id and vector. Types that Parquet, Spark and Flink share, an accessor interface
 * through which rows come in and go out without a per-row object, one Parquet file for each segment in the order of ids,
 * reading of single rows by pages, and predicates that become sets of ids. Knows neither snapshots nor segments: a file
 * is a path, a size and a schema.
 */
package io.pomaidb.payload;
