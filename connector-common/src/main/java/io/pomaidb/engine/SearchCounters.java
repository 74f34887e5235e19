package io.pomaidb.engine;

/**
 * What a search did, over all its queries.
 *
 * @param segments segments of the database that had a row the search could return
 * @param distances distances computed, of codes, rows and centroids
 * @param rowsScanned rows that were compared one after the other rather than met on a walk through a graph; each is
 *     also a distance
 */
public record SearchCounters(long segments, long distances, long rowsScanned) {}
