/**
 * Rewrites segments of an index into fewer and cleaner ones, or into other shards, by tasks that can run anywhere, and
 * commits the result without getting in the way of writers.
 */
package io.pomaidb.compaction;
