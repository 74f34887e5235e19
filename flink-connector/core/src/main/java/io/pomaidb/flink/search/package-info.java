/**
 * Searching and finding rows from Flink's operators: an index that is opened for a task and follows new snapshots, and
 * questions that arrive together answered together.
 */
package io.pomaidb.flink.search;
