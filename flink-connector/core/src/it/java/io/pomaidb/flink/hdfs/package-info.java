/** Jobs on a real HDFS. */
package io.pomaidb.flink.hdfs;
