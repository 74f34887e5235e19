/** Tests of how shards become partitions. */
package io.pomaidb.spark.row;
