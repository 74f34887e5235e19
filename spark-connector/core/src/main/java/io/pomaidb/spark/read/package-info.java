/** Reads the rows of an index, a partition a shard. */
package io.pomaidb.spark.read;
