/** The command line, run in this JVM on indexes of the local disk. */
package io.pomaidb.cli;
