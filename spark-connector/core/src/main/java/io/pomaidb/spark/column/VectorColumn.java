package io.pomaidb.spark.column;

import java.io.Serializable;

/**
 * A vector column of a DataFrame.
 *
 * @param name as the DataFrame spells it
 * @param ordinal its place in a row
 * @param encoding how its values are stored
 */
public record VectorColumn(String name, int ordinal, VectorEncoding encoding) implements Serializable {}
