/**
 * Reading an index from Flink: the rows of one snapshot, a shard a split, or these and then what every later commit changes
 * in them. A split's rows come in an order that depends on the snapshot alone, so a count of rows is where a reader stands.
 */
package io.pomaidb.flink.read;
