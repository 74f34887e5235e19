package io.pomaidb.spark.column;

import java.io.Serializable;

/**
 * The columns of rows to be written. Immutable.
 *
 * @param id the id
 * @param vector the vector; null where rows are deleted only
 * @param payload all others
 */
public record RowColumns(IdColumn id, VectorColumn vector, PayloadInput payload) implements Serializable {}
