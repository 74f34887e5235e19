package io.pomaidb.spark.search;

import java.io.Serializable;

/**
 * What one task of a search does: some of the queries of a batch that visit a shard.
 *
 * @param shard the shard to search
 * @param from the first of the queries that visit the shard, counted from 0
 * @param to the first of them that is not searched
 */
record SearchTask(int shard, int from, int to) implements Serializable {}
