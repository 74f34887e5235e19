/** What the connector needs to know of a Spark session. */
package io.pomaidb.spark.session;
