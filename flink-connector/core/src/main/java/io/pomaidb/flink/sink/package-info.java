/**
 * The exactly-once sink: rows go to the subtask that has their shard, which builds native databases and uploads them in the
 * background; at a checkpoint the segments of all subtasks become one committable, and one snapshot when it completes.
 */
package io.pomaidb.flink.sink;
