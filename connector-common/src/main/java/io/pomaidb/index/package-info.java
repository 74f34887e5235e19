/**
 * The index format on a Hadoop file system: immutable snapshots, commits that are atomic between processes, the shard of
 * an id, publishing and fetching of segment files, and the local segment cache. Knows neither rows nor queries.
 */
package io.pomaidb.index;
