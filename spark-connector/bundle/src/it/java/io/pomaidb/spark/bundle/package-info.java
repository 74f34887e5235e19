/** Tests of the jar with everything, as users put it on Spark's class path, in JVMs of its own. */
package io.pomaidb.spark.bundle;
