/**
 * Batch search: queries are broadcast, each shard is searched by tasks of its own, and the partial results meet again by
 * query in a shuffle.
 */
package io.pomaidb.spark.search;
