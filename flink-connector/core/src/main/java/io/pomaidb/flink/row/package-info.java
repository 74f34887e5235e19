/** Flink's rows and types beside those of an index: what a table's columns are there, and values on their way in and out. */
package io.pomaidb.flink.row;
