/** Tests of the sink on clusters of Flink in this JVM, against the file system and the engine. */
package io.pomaidb.flink.sink;
