/**
 * The options of the connectors, declared once: {@link io.pomaidb.config.PomaiOption} holds name, type, default, range
 * and help text, from which parsing, validation, help and the documentation's table follow. Spark, Flink and the
 * command line all read it.
 */
package io.pomaidb.config;
