/** The binding against real libraries of every struct generation, and against faulty ones. */
package io.pomaidb.engine;
