/** SQL's {@code VECTOR_SEARCH} on tables of PomaiDB, by interfaces that Flink has from 2.2 on. */
package io.pomaidb.flink.vectorsearch;
