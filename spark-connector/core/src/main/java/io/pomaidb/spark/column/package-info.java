/** Ids and vectors in Spark's columns: which types are accepted, and how a value is read without boxing or copying. */
package io.pomaidb.spark.column;
