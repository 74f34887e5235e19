package io.pomaidb.spark.search;

import java.io.Serializable;

/**
 * What one task of a search does: some queries of a batch in one shard.
 *
 * @param shard the shard to search
 * @param from the first query
 * @param to the first query that is not searched
 */
record SearchTask(int shard, int from, int to) implements Serializable {}
