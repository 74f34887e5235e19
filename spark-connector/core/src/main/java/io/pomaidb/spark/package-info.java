/**
 * PomaiDB as a Spark data source: {@code format("pomaidb")} writes DataFrames into sharded indexes, reads their rows and
 * searches them; {@link io.pomaidb.spark.PomaiSearch} is the same search as a Java and Scala API. The classes here are
 * what users name and what Spark looks up; the work is done in the packages below.
 */
package io.pomaidb.spark;
