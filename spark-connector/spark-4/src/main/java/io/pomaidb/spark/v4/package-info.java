/** What only Spark 4 has: the procedures that SQL's CALL runs. Loaded nowhere else. */
package io.pomaidb.spark.v4;
