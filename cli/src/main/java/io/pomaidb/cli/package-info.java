/**
 * The command line {@code bin/pomaidb}: one class a command, over the same public classes that the connectors use.
 * Results go to standard output, as text or JSON; progress and errors go to standard error.
 */
package io.pomaidb.cli;
