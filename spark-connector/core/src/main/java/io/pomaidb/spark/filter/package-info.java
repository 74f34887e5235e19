/** Conditions on rows: Spark's predicates as an index evaluates them. */
package io.pomaidb.spark.filter;
