/** Runnable jobs: the quickstart and the end-to-end benchmarks. They use the connectors as any user would. */
package io.pomaidb.examples;
