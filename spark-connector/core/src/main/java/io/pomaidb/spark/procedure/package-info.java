/** What SQL's CALL needs of the versions of Spark that have it. */
package io.pomaidb.spark.procedure;
