package io.pomaidb.flink.search;

/** The best hits that one part of the shards has for a query. Public, with public fields, because Flink's serializer asks for it. */
public final class PartHits {
    /** As {@link PartQuery#run}. */
    public long run;

    /** As {@link PartQuery#number}. */
    public long number;

    /** As {@link PartQuery#parts}. */
    public int parts;

    /** Whether these are the best of all shards, whatever the other parts have. */
    public boolean whole;

    /** Ids, best first. */
    public long[] ids;

    /** The strings that the ids are hashes of; null where they are not asked for. */
    public String[] keys;

    /** Their scores. */
    public float[] scores;
}
