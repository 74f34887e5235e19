/** How scans give splits to readers. */
package io.pomaidb.flink.read;
