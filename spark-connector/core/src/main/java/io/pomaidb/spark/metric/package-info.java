/** What the web pages of Spark show of writes and searches. Spark makes metrics by the names of their classes. */
package io.pomaidb.spark.metric;
