/**
 * Specifications of the data source in a real Spark, run by {@code LocalIT} in one JVM and by {@code ClusterIT} in a
 * cluster of executor JVMs.
 */
package io.pomaidb.spark;
