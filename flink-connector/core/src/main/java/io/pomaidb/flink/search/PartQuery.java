package io.pomaidb.flink.search;

/** A query on its way to one of the searchers. Public, with public fields, because Flink's serializer asks for it. */
public final class PartQuery {
    /** With {@link #number}, names the query: the run of the task that numbered it. */
    public long run;

    /** Number of the query in its run. */
    public long number;

    /** The version of the index to search. */
    public long version;

    /** Which of {@link #parts} parts of the shards to search. */
    public int part;

    /** Parts that the shards are spread over. */
    public int parts;

    /** The vector. */
    public float[] vector;
}
