/** Searching and scanning one shard of a snapshot, newest row of an id wins, and merging the shards' top k. */
package io.pomaidb.search;
