/** Maintenance of an index as jobs of Spark. */
package io.pomaidb.spark.action;
