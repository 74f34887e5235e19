/** Tests of what writing tasks keep account of. */
package io.pomaidb.spark.write;
