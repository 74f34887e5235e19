/** Tests of what all parts of the Flink connector share. */
package io.pomaidb.flink;
