/** Rows as Spark takes them: columns, payload and what an index tells besides. */
package io.pomaidb.spark.row;
