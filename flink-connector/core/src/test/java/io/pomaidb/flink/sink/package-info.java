/** Tests of the sink's parts without a cluster. */
package io.pomaidb.flink.sink;
