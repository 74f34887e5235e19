/** Distributed searches of streams, on a cluster in this JVM. */
package io.pomaidb.flink.search;
