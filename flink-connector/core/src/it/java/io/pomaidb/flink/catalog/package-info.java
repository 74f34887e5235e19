/** The catalog in SQL, on a cluster in this JVM. */
package io.pomaidb.flink.catalog;
