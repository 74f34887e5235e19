/** Scans that follow an index, on a cluster in this JVM. */
package io.pomaidb.flink.read;
