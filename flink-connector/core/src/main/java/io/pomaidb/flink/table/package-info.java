/** The SQL connector {@code 'connector' = 'pomaidb'}: its options, and tables as the planner reads and writes them. */
package io.pomaidb.flink.table;
