/** How columns are found and vectors are read. */
package io.pomaidb.spark.column;
