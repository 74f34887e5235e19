/** What a signature names that Spark 3.5 never calls. It is compiled against and not packed. */
package org.apache.spark.sql.connector.catalog.procedures;
