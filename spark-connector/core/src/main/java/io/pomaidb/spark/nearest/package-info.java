/** Nearest neighbours in plain SQL: an order by distance with a limit, answered by the index. */
package io.pomaidb.spark.nearest;
