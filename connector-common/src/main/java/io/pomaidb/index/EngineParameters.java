package io.pomaidb.index;

import java.io.Serializable;

/**
 * What the engine builds an index's segments with, and the search effort it starts from.
 *
 * @param hnswM links of a node in the proximity graph
 * @param hnswEfConstruction effort of the graph's build
 * @param hnswEfSearch candidates that a search keeps, unless the search says otherwise
 * @param adaptiveThreshold below so many vectors a segment is scanned exactly
 */
public record EngineParameters(int hnswM, int hnswEfConstruction, int hnswEfSearch, int adaptiveThreshold)
        implements Serializable {}
