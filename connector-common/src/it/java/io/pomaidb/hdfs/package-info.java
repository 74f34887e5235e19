/** Tests of an index on a real HDFS. */
package io.pomaidb.hdfs;
