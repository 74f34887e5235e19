package io.pomaidb.spark.read;

import org.apache.spark.sql.connector.read.InputPartition;

/** The rows of one shard. */
record ShardPartition(int shard) implements InputPartition {}
