/**
 * What stands in for an interface of Spark 4 on Spark 3.5, so that one class can be a catalog on both. Spark 4's own is
 * loaded first wherever Spark's classes are.
 */
package org.apache.spark.sql.connector.catalog;
