/**
 * Batch writes: rows are clustered by shard, each task builds and uploads the native databases of its shards, and the
 * driver makes all of them visible in one commit.
 */
package io.pomaidb.spark.write;
