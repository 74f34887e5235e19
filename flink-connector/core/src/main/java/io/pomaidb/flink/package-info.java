/** What all parts of the Flink connector share: where Hadoop's settings come from. */
package io.pomaidb.flink;
