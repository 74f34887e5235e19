package io.pomaidb.spark.search;

import java.util.Optional;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A table whose rows may be looked for by their vectors. */
public interface NearestTable {
    /**
     * The rows as of now; empty if the table's rows are hits themselves.
     *
     * @param options of the read
     */
    Optional<NearestRows> nearestRows(CaseInsensitiveStringMap options);
}
