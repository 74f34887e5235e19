/** The jar in a Spark Connect server, and what a client of it reaches. */
package io.pomaidb.spark.connect;
