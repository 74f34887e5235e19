/** Nearest joins, which Spark has from 4.2 on: by the index instead of a comparison of all rows with all. */
package io.pomaidb.spark.v42;
