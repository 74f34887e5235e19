/** The catalog {@code 'type' = 'pomaidb'}: indexes below one folder as tables. */
package io.pomaidb.flink.catalog;
