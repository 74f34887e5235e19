/** The functions of the catalog: what SQL compares vectors by, and what writes are distributed by. */
package io.pomaidb.spark.function;
