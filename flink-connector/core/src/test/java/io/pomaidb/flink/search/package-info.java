/** Parts of searching without a cluster. */
package io.pomaidb.flink.search;
