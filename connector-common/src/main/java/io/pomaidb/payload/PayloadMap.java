package io.pomaidb.payload;

/** A map in a row: its entries by position. As short-lived as the {@link PayloadValues} that it comes from. */
public interface PayloadMap {
    /** The keys, none of which is null. */
    PayloadValues keys();

    /** The values, as many as there are keys. */
    PayloadValues values();
}
