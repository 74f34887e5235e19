/** Lookup joins: rows of an index by their ids, one by one or many together. */
package io.pomaidb.flink.lookup;
