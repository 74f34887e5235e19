/** Lookup joins in SQL, on a cluster in this JVM. */
package io.pomaidb.flink.lookup;
