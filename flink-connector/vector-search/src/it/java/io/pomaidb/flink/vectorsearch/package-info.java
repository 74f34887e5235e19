/** {@code VECTOR_SEARCH} in SQL, on a cluster in this JVM. */
package io.pomaidb.flink.vectorsearch;
